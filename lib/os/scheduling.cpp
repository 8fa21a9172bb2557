// SPDX-License-Identifier: BSL-1.0
#include "os/scheduling.hpp"

#include <array>
#include <cerrno>
#include <sched.h>
#include <sys/resource.h>

namespace procpool::os {
namespace {

void take_cpus_of(pid_t process) noexcept
{
    std::array<cpu_set_t, 8> sets{}; // for 8192 CPUs, the most that Linux can be built for
    if (::sched_getaffinity(process, sizeof sets, sets.data()) == 0)
        ::sched_setaffinity(0, sizeof sets, sets.data());
}

void take_policy_of(pid_t process) noexcept
{
    sched_param parameters{};
    const int policy = ::sched_getscheduler(process);
    if (policy < 0 || ::sched_getparam(process, &parameters) != 0)
        return;
    if ((policy & SCHED_RESET_ON_FORK) != 0)
        parameters = {};
    ::sched_setscheduler(0, (policy & SCHED_RESET_ON_FORK) != 0 ? SCHED_OTHER : policy, &parameters);
}

void take_nice_of(pid_t process) noexcept
{
    errno = 0;
    const int nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(process));
    if (errno == 0)
        ::setpriority(PRIO_PROCESS, 0, nice);
}

} // namespace

void schedule_as(pid_t process) noexcept
{
    if (process <= 0) // 0: the parent lies in another pid namespace
        return;
    take_cpus_of(process);
    take_policy_of(process);
    take_nice_of(process);
}

} // namespace procpool::os
