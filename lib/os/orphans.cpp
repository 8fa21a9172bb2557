// SPDX-License-Identifier: BSL-1.0
#include "os/orphans.hpp"

#include "os/this_process.hpp"

#include <cerrno>
#include <exception>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace procpool::os {

namespace {

/// While a child is in there, no other group can have that number. True when there is none left, which is final: a
/// process becomes a child of this one before its parent can be reaped.
bool reap_ended(pid_t group, int options) noexcept
{
    for (;;) {
        siginfo_t info{};
        if (::waitid(P_PGID, static_cast<id_t>(group), &info, WEXITED | options) == 0) {
            if (info.si_pid == 0)
                return false;
        } else if (errno != EINTR) {
            return true;
        }
    }
}

} // namespace

bool gets_orphans() noexcept
{
    int is_subreaper = 0;
    ::prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper);
    return is_subreaper != 0 || ::getpid() == 1;
}

void reap_orphans(pid_t group) noexcept
{
    if (group <= 1 || !gets_orphans() || reap_ended(group, WNOHANG))
        return;
    try {
        std::thread([group] {
            block_all_signals();
            reap_ended(group, 0);
        }).detach();
    } catch (const std::exception&) { // no room for a thread: these stay zombies until the host reaps them
    }
}

} // namespace procpool::os
