// SPDX-License-Identifier: BSL-1.0
// The system calls of the profiles, by name: what an architecture or an older libseccomp does not know is left out.
#pragma once

#include "os/seccomp.hpp"

#include <cstdint>
#include <vector>

namespace procpool::os {

/// Allowed whatever the arguments, in every profile. Not among them: what makes descriptors to anything outside of this
/// process, reaches other processes, or undoes limits.
inline constexpr const char* harmless_calls[] = {
    // descriptors that are open
    "recvmsg", "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2", "pwritev2",
    "lseek", "_llseek", "close", "close_range", "dup", "dup2", "dup3", "fstat", "fstat64", "fstatfs", "fstatfs64",
    "fsync", "fdatasync", "pipe", "pipe2",
    // waiting
    "poll", "ppoll", "select", "_newselect", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
    "epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "signalfd", "signalfd4", "pause", "restart_syscall",
    // memory
    "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "msync", "mincore", "mlock", "mlock2", "munlock",
    "membarrier",
    // threads
    "futex", "futex_time64", "futex_waitv", "set_robust_list", "get_robust_list", "set_tid_address", "rseq", "exit",
    "exit_group", "gettid", "arch_prctl", "set_thread_area", "sched_yield", "sched_getaffinity", "sched_getparam",
    "sched_getscheduler", "sched_getattr", "sched_get_priority_max", "sched_get_priority_min", "getcpu", "getpriority",
    // signals to this process
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigsuspend", "rt_sigpending", "rt_sigtimedwait",
    "sigaltstack",
    // time
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_nanosleep", "clock_nanosleep_time64", "nanosleep",
    "gettimeofday", "time", "times", "alarm", "getitimer", "setitimer", "timer_create", "timer_settime",
    "timer_gettime", "timer_getoverrun", "timer_delete", "timerfd_create", "timerfd_settime", "timerfd_gettime",
    // questions about this process and system
    "getpid", "getppid", "getpgid", "getpgrp", "getsid", "getuid", "geteuid", "getgid", "getegid", "getresuid",
    "getresgid", "getgroups", "getrlimit", "ugetrlimit", "getrusage", "getcwd", "uname", "sysinfo", "getrandom"};

/// Allowed in the profile `readonly` besides.
inline constexpr const char* reading_calls[] = {
    "stat",       "stat64",     "lstat",    "lstat64",   "newfstatat", "fstatat64", "statx",
    "statfs",     "statfs64",   "access",   "faccessat", "faccessat2", "readlink",  "readlinkat",
    "getdents",   "getdents64", "getxattr", "lgetxattr", "fgetxattr",  "listxattr", "llistxattr",
    "flistxattr", "chdir",      "fchdir",   "fadvise64", "readahead"};

/// Calls whose better half has arguments in memory, where a filter cannot look. Told that the kernel does not know
/// them, the C library falls back on the calls before them.
inline constexpr const char* unknown_calls[] = {"clone3", "openat2"};

/// A call that is allowed when an argument, under a mask, has a value.
struct conditional_call {
    const char* name;
    unsigned argument;
    std::uint64_t mask;
    std::uint64_t value;
};

/// Allowed in every profile: threads but no processes, signals to this process alone, and so on.
std::vector<conditional_call> conditional_calls();
/// Allowed in the profile `readonly` besides: files are opened for reading.
std::vector<conditional_call> conditional_reading_calls();

/// The descriptors of a worker's channel, and the one among them through which its end comes when its parent is gone.
struct worker_descriptors {
    int first;
    int last;
    int lifeline;
};

/// What would close the worker's channel, put something else in its place, or keep the lifeline from ending the worker
/// with its parent.
std::vector<refused_call> calls_on_channel(const worker_descriptors& channel);
/// What makes a socket for TCP. io_uring is among it, because a filter does not see what it does.
std::vector<refused_call> calls_for_tcp();
/// What changes the owner, mode, times or extended attributes of a file, and so is no matter of opening it.
std::vector<refused_call> calls_on_attributes();

} // namespace procpool::os
