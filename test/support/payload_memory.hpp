// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <sys/types.h>

namespace procpool::test {

/// How many pieces of the memory for big payloads a process has mapped.
std::size_t mapped_payloads(pid_t process);

/// How many of them this process has open.
std::size_t open_payloads();
/// Whether neither this process nor that worker has any.
bool have_no_payloads(pid_t worker);

/// Whether that address lies in shared memory that cannot be made writable here.
bool is_read_only(const void* address);

} // namespace procpool::test
