// SPDX-License-Identifier: BSL-1.0
// What processes do until somebody kills them.
#pragma once

#include "support/wait_for_ever.hpp"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>

namespace procpool::test {

inline void tell_pid(const std::string& mailbox)
{
    std::int32_t pid = 0;
    std::ifstream("/proc/self/stat") >> pid; // in a pid namespace getpid() is another one
    const int fd = ::open(mailbox.c_str(), O_WRONLY | O_CLOEXEC);
    if (::write(fd, &pid, sizeof pid) != static_cast<ssize_t>(sizeof pid))
        std::abort();
    ::close(fd);
}

inline void stop(const std::string& mailbox)
{
    tell_pid(mailbox);
    ::raise(SIGSTOP);
}

} // namespace procpool::test
