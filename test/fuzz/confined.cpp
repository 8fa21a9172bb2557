// SPDX-License-Identifier: BSL-1.0
// Workers under syscall_profile::compute that make any system calls. Each input is a script of calls; then this process
// must be sound and as it was, the other worker untouched, and a probe must answer.
#include "world.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using procpool::fuzz::script;
using procpool::fuzz::steps;

/// By which a worker could reach its parent, the parent's streams or its own lifeline. The seeds count on their order.
constexpr std::array calls{SYS_close,
                           SYS_dup2,
                           SYS_fcntl,
                           SYS_ioctl,
                           SYS_prlimit64,
                           SYS_setpriority,
                           SYS_sched_setaffinity,
                           SYS_sched_setscheduler,
                           SYS_kill,
                           SYS_tgkill,
                           SYS_rt_sigqueueinfo,
                           SYS_pidfd_open,
                           SYS_pidfd_getfd,
                           SYS_ptrace,
                           SYS_process_vm_writev,
                           SYS_socket,
                           SYS_socketpair,
                           SYS_connect,
                           SYS_listen,
                           SYS_sendmsg,
                           SYS_open,
                           SYS_openat,
                           SYS_chmod,
                           SYS_fchmod,
                           SYS_fchown,
                           SYS_utimensat,
                           SYS_fsetxattr,
                           SYS_ftruncate,
                           SYS_memfd_create,
                           SYS_io_uring_setup,
                           SYS_execve,
                           SYS_clone,
                           SYS_setsid,
                           SYS_setpgid,
                           SYS_unshare,
                           SYS_prctl,
                           SYS_write,
                           SYS_lseek,
                           SYS_fallocate,
                           SYS_flock,
                           SYS_ioprio_set,
                           SYS_kcmp};

/// Numbers that mean something to one of them, among small ones.
long argument(steps& from)
{
    static char text[64] = "/proc/self/fd/1";
    static const std::array values{static_cast<long>(::getppid()),     static_cast<long>(::getpid()),
                                   reinterpret_cast<long>(text),       -1L,
                                   static_cast<long>(O_NONBLOCK),      static_cast<long>(O_ASYNC | O_NONBLOCK),
                                   static_cast<long>(FIONBIO),         static_cast<long>(FIOASYNC),
                                   static_cast<long>(FIOCLEX),         static_cast<long>(PR_SET_PDEATHSIG),
                                   static_cast<long>(PR_SET_DUMPABLE), static_cast<long>(AF_INET),
                                   static_cast<long>(SOCK_STREAM),     static_cast<long>(CLONE_FILES)};
    const auto chosen = from.next<std::uint8_t>();
    return chosen < 128 ? chosen : values.at((chosen - 128U) % values.size());
}

int obey(const script& orders)
{
    for (steps from(orders); !from.empty();) {
        const long number = calls.at(from.next<std::uint8_t>() % calls.size());
        const std::array with{argument(from), argument(from), argument(from), argument(from)};
        ::syscall(number, with[0], with[1], with[2], with[3]);
    }
    return 7;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    procpool::run_if_worker(); // libFuzzer's main calls this first
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static procpool::fuzz::world pool({.syscalls = procpool::syscall_profile::compute}, obey);
    pool.suffer(script(data, data + size));
    return 0;
}
