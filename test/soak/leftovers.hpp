// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace procpool::soak {

/// The environment variable that all processes of the soak's pools have, whatever becomes of their parents.
inline constexpr const char* marking_variable = "PROCPOOL_SOAK";
/// What its value begins with.
std::string mark_of_this_process();
/// The processes whose mark begins so.
std::vector<pid_t> processes_marked(const std::string& mark);

/// What this process has, as the kernel tells it.
struct belongings {
    std::map<int, std::string> descriptors;
    std::size_t threads = 0;
    std::size_t children = 0; ///< Zombies included.
    std::size_t marked_processes = 0;
    std::size_t shared_bytes = 0; ///< Of shared memory that is mapped.
    std::size_t shared_files = 0; ///< In /dev/shm, of this library.
};
belongings look_around();

/// A sentence for each thing of which there is more; none when there is none.
std::vector<std::string> additions(const belongings& before, const belongings& after);

} // namespace procpool::soak
