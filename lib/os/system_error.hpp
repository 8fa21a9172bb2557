// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <system_error>

namespace procpool::os {

/// errno as an error code.
std::error_code last_error() noexcept;

/// A system call that has failed, and why. When `error` is clear, no call has failed.
struct failed_call {
    const char* name = "";
    std::error_code error;

    explicit operator bool() const noexcept { return !!error; }
};

/// "posix_spawn: Exec format error".
std::string str(const failed_call& what);

/// Throws errno as std::system_error. `what` says what could not be done, and by which call ("cannot make a pipe to a
/// worker: pipe2"); where the user can do something about it, what to do is added.
[[noreturn]] void throw_last_error(const char* what);

} // namespace procpool::os
