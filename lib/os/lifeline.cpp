// SPDX-License-Identifier: BSL-1.0
#include "os/lifeline.hpp"

#include "os/system_error.hpp"

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace procpool::os {

namespace {

bool is_cut(int read_end) noexcept
{
    pollfd watched{read_end, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
}

bool set_owner_to_own_group(int fd) noexcept
{
    const f_owner_ex owner{F_OWNER_PGRP, ::getpgrp()};
    return ::fcntl(fd, F_SETOWN_EX, &owner) == 0;
}

bool add_status_flags(int fd, int flags) noexcept
{
    const int present = ::fcntl(fd, F_GETFL);
    return present >= 0 && ::fcntl(fd, F_SETFL, present | flags) == 0;
}

} // namespace

pipe_ends make_lifeline()
{
    pipe_ends made = make_pipe();
    if (made.write.get() < made.read.get()) // where one of the first three numbers was free
        made.write = duplicate_from(made.write.get(), made.read.get() + 1);
    if (!made.write)
        throw_last_error("cannot make a lifeline for a worker: fcntl(F_DUPFD_CLOEXEC)");
    set_non_blocking(made.write.get());
    return made;
}

std::error_code arm_lifeline(int read_end) noexcept
{
    // O_ASYNC last: before it, the kernel would send SIGIO, or to nobody.
    const bool armed = ::fcntl(read_end, F_SETSIG, SIGKILL) == 0 && set_owner_to_own_group(read_end) &&
                       add_status_flags(read_end, O_ASYNC);
    if (!armed)
        return last_error();
    // A close or a write before O_ASYNC was set sends nothing. Checked after it, so that neither is missed.
    if (is_cut(read_end))
        return std::make_error_code(std::errc::broken_pipe);
    return {};
}

void cut_lifeline(int write_end) noexcept
{
    write_some(write_end, std::as_bytes(std::span("", 1)));
}

} // namespace procpool::os
