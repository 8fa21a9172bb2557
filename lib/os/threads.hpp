// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <sys/types.h>
#include <vector>

namespace procpool::os {

/// The ids of all threads of this process, as they are now.
std::vector<pid_t> thread_ids();

/// Calls body with the id of each thread of this process until there is none left that it has not been called with:
/// also those that were started meanwhile.
void for_each_thread(const std::function<void(pid_t)>& body);

/// A system call that changes the calling thread alone. Async-signal-safe. Returns 0 or an errno.
using thread_step = int (*)(int argument);

/// Runs step on every thread of this process: here directly, on each other one in the handler of a signal that nobody
/// uses. Returns when all have done it. Throws std::system_error with the first error of a step, or when a thread
/// blocks all signals. One call at a time.
void on_every_thread(thread_step step, int argument);

} // namespace procpool::os
