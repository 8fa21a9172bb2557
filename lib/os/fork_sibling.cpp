// SPDX-License-Identifier: BSL-1.0
// fork(3) cannot make a sibling, so this is the system call, and what fork(3) does beside it for the C library: the
// child's number where raise() and recursive mutexes look for it, and the list of robust mutexes.
#include "os/fork_sibling.hpp"

#include <csignal>
#include <linux/futex.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace procpool::os {

namespace {

/// Where the C library keeps the calling thread's number: the kernel was told, to clear it at the thread's end.
pid_t* thread_number() noexcept
{
    pid_t* address = nullptr;
    if (::prctl(PR_GET_TID_ADDRESS, &address) != 0 || !address || *address != ::gettid())
        return nullptr;
    return address;
}

struct robust_list {
    robust_list_head* head = nullptr;
    std::size_t size = 0;
};

/// The kernel forgets it in a forked child.
robust_list robust_mutexes() noexcept
{
    robust_list list;
    ::syscall(SYS_get_robust_list, 0, &list.head, &list.size);
    return list;
}

} // namespace

bool can_fork_sibling() noexcept
{
    return thread_number() != nullptr;
}

pid_t fork_sibling(std::atomic<std::int32_t>& pid) noexcept
{
    static_assert(sizeof(pid) == sizeof(pid_t) && std::atomic<std::int32_t>::is_always_lock_free);
    constexpr long flags = CLONE_PARENT | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
    pid_t* const number = thread_number();
    const robust_list mutexes = robust_mutexes();
    // The order of the last two arguments depends on the processor; the one of them is not looked at.
    const long child = ::syscall(SYS_clone, flags, nullptr, &pid, number, number);
    if (child == 0 && mutexes.head)
        ::syscall(SYS_set_robust_list, mutexes.head, mutexes.size);
    return static_cast<pid_t>(child);
}

} // namespace procpool::os
