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

void kill(const child_group& group) noexcept
{
    if (may_signal(group.pidfd) && !was_discarded(group.pidfd))
        send(group, SIGKILL);
    else
        cut_lifeline(group.lifeline);
}

void terminate(const child_group& group) noexcept
{
    if (!may_signal(group.pidfd))
        kill(group);
    else if (!was_discarded(group.pidfd))
        send(group, SIGTERM);
}

bool may_signal(int pidfd) noexcept
{
    return send_signal(pidfd, 0) || errno != EPERM;
}

} // namespace procpool::os
