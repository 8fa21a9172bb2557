// SPDX-License-Identifier: BSL-1.0
#include "os/scheduling.hpp"

#include "os/threads.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <optional>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool::os {
namespace {

struct thread_schedule {
    std::array<cpu_set_t, 8> cpus{}; ///< Room for 8192, the most that Linux can be built for.
    int policy = SCHED_OTHER;
    int priority = 0; ///< Of a real-time policy.
    int nice = 0;
};

bool has_equal_cpus(const thread_schedule& one, const thread_schedule& other) noexcept
{
    return std::memcmp(&one.cpus, &other.cpus, sizeof one.cpus) == 0;
}

std::optional<thread_schedule> schedule_of(pid_t thread) noexcept
{
    thread_schedule found;
    sched_param parameters{};
    found.policy = ::sched_getscheduler(thread);
    if (found.policy < 0 || ::sched_getparam(thread, &parameters) != 0 ||
        ::sched_getaffinity(thread, sizeof found.cpus, found.cpus.data()) != 0)
        return {};
    found.priority = parameters.sched_priority;
    found.nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(thread)); // the thread exists, so -1 is a value
    return found;
}

/// What a child has of a thread with that schedule.
thread_schedule after_fork(thread_schedule forking) noexcept
{
    if ((forking.policy & SCHED_RESET_ON_FORK) == 0)
        return forking;
    forking.policy &= ~SCHED_RESET_ON_FORK;
    forking.nice = std::max(forking.nice, 0);
    if (forking.policy != SCHED_BATCH && forking.policy != SCHED_IDLE) {
        forking.policy = SCHED_OTHER;
        forking.priority = 0;
    }
    return forking;
}

void change(pid_t thread, const thread_schedule& wanted) noexcept
{
    const auto present = schedule_of(thread);
    if (!present)
        return;
    if (!has_equal_cpus(*present, wanted))
        ::sched_setaffinity(thread, sizeof wanted.cpus, wanted.cpus.data());
    if (present->policy != wanted.policy || present->priority != wanted.priority) {
        const sched_param parameters{.sched_priority = wanted.priority};
        ::sched_setscheduler(thread, wanted.policy, &parameters);
    }
    if (present->nice != wanted.nice)
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(thread), wanted.nice);
}

} // namespace

void schedule_as(pid_t process) noexcept
{
    const auto parent = process > 0 ? schedule_of(process) : std::nullopt; // 0: it lies in another pid namespace
    if (!parent)
        return;
    const thread_schedule wanted = after_fork(*parent);
    try {
        for_each_thread([&](pid_t thread) { change(thread, wanted); });
    } catch (const std::exception&) { // without /proc
        change(0, wanted);
    }
}

} // namespace procpool::os
