// SPDX-License-Identifier: BSL-1.0
#include "os/child_group.hpp"

#include "os/child.hpp"
#include "os/lifeline.hpp"

#include <cerrno>
#include <csignal>

namespace procpool::os {

namespace {

void send(const child_group& group, int signal) noexcept
{
    send_signal(group.pidfd, signal); // a forked one may not lead its group yet
    kill_group(group.leader, signal);
}

} // namespace

bool kill(const child_group& group) noexcept
{
    const bool may = may_signal(group.pidfd);
    if (may && !was_discarded(group.pidfd))
        send(group, SIGKILL);
    else
        cut_lifeline(group.lifeline);
    return may;
}

bool terminate(const child_group& group) noexcept
{
    if (!may_signal(group.pidfd))
        return kill(group);
    if (!was_discarded(group.pidfd))
        send(group, SIGTERM);
    return true;
}

bool may_signal(int pidfd) noexcept
{
    return send_signal(pidfd, 0) || errno != EPERM;
}

} // namespace procpool::os
