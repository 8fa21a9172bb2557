// SPDX-License-Identifier: BSL-1.0
#include "os/seccomp_calls.hpp"

#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace procpool::os {

namespace {

constexpr std::uint64_t all_bits = ~std::uint64_t{0};

constexpr std::uint64_t name_memory = 0x53564d41; // PR_SET_VMA: newer C libraries do it

/// What F_SETOWN and F_SETSIG would allow is to have any process killed by the kernel, hence the list.
constexpr int descriptor_commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD,      F_SETFD, F_GETFL,
                                       F_SETFL, F_OFD_SETLK,     F_OFD_SETLKW, 1034 /* F_GET_SEALS */};

/// Among those that are not here is TIOCSTI, which types into the terminal of the host.
constexpr unsigned long device_commands[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX};

constexpr std::uint64_t process_commands[] = {PR_SET_NAME,         PR_GET_NAME,    PR_GET_DUMPABLE,
                                              PR_GET_NO_NEW_PRIVS, PR_GET_SECCOMP, name_memory};

template <class Values>
void add_for_each(std::vector<conditional_call>& calls, const char* name, unsigned argument, const Values& values)
{
    for (const auto value : values)
        calls.push_back({name, argument, as_int, static_cast<std::uint64_t>(value)});
}

void refuse_fcntl(std::vector<refused_call>& calls, std::vector<argument_value> arguments)
{
    for (const char* control : {"fcntl", "fcntl64"})
        calls.push_back({control, arguments});
}

/// What changes an open file for both ends. O_ASYNC, which makes the lifeline work, is one of these flags, so that
/// there must be no second descriptor for it either.
void refuse_other_modes(std::vector<refused_call>& calls, std::uint64_t fd)
{
    refuse_fcntl(calls, {{0, fd}, {1, F_SETFL}});
    calls.push_back({"ioctl", {{0, fd}, {1, FIONBIO}}});
}

void keep_open(std::vector<refused_call>& calls, std::uint64_t fd)
{
    calls.push_back({"close", {{0, fd}}});
    for (const char* replace : {"dup2", "dup3"})
        calls.push_back({replace, {{1, fd}}});
}

void keep_single(std::vector<refused_call>& calls, std::uint64_t fd)
{
    for (const char* duplicate : {"dup", "dup2", "dup3"})
        calls.push_back({duplicate, {{0, fd}}});
    for (const std::uint64_t command : {std::uint64_t{F_DUPFD}, std::uint64_t{F_DUPFD_CLOEXEC}})
        refuse_fcntl(calls, {{0, fd}, {1, command}});
}

} // namespace

std::vector<conditional_call> conditional_calls()
{
    const auto self = static_cast<std::uint64_t>(::getpid());
    std::vector<conditional_call> calls{
        {"clone", 0, CLONE_THREAD, CLONE_THREAD},
        {"prlimit64", 2, all_bits, 0}, // asks and sets nothing
        {"sendto", 4, all_bits, 0},
        {"recvfrom", 4, all_bits, 0}, // what is connected already
    };
    for (const char* signalling : {"kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"})
        calls.push_back({signalling, 0, as_int, self});
    for (const char* control : {"fcntl", "fcntl64"})
        add_for_each(calls, control, 1, descriptor_commands);
    add_for_each(calls, "ioctl", 1, device_commands);
    add_for_each(calls, "prctl", 0, process_commands);
    return calls;
}

std::vector<conditional_call> conditional_reading_calls()
{
    constexpr std::uint64_t changing = O_ACCMODE | O_CREAT | O_TRUNC; // O_TMPFILE goes with writing alone
    return {{"open", 1, changing, O_RDONLY}, {"openat", 2, changing, O_RDONLY}};
}

std::vector<refused_call> calls_on_channel(const worker_descriptors& channel)
{
    std::vector<refused_call> calls;
    const auto last = static_cast<std::uint64_t>(channel.last);
    for (std::uint64_t fd = 0; fd <= last; ++fd)
        calls.push_back({"close_range", {{0, fd}}});
    for (auto fd = static_cast<std::uint64_t>(channel.first); fd <= last; ++fd) {
        refuse_other_modes(calls, fd);
        keep_open(calls, fd);
    }
    keep_single(calls, static_cast<std::uint64_t>(channel.lifeline));
    return calls;
}

// SMC and RDS carry their data by TCP. MPTCP is a stream of the internet like TCP itself.
std::vector<refused_call> calls_for_tcp()
{
    constexpr std::uint64_t socket_type = 0xf; // the rest are flags
    std::vector<refused_call> calls{{"io_uring_setup"}, {"io_uring_enter"}};
    for (const std::uint64_t internet : {std::uint64_t{AF_INET}, std::uint64_t{AF_INET6}})
        calls.push_back({"socket", {{0, internet}, {1, SOCK_STREAM, socket_type}}});
    for (const std::uint64_t family : {std::uint64_t{AF_SMC}, std::uint64_t{AF_RDS}})
        calls.push_back({"socket", {{0, family}}});
    return calls;
}

std::vector<refused_call> calls_on_attributes()
{
    std::vector<refused_call> calls{{"io_uring_setup"}, {"io_uring_enter"}};
    for (const char* name : {"chmod",       "fchmod",       "fchmodat",         "chown",    "chown32",   "fchown",
                             "fchown32",    "lchown",       "lchown32",         "fchownat", "utime",     "utimes",
                             "futimesat",   "utimensat",    "utimensat_time64", "setxattr", "lsetxattr", "fsetxattr",
                             "removexattr", "lremovexattr", "fremovexattr"})
        calls.push_back({name});
    for (const auto& [name, number] :
         {std::pair("fchmodat2", 452), {"setxattrat", 463}, {"removexattrat", 466}, {"file_setattr", 469}})
        calls.push_back({name, {}, number});
    for (const std::uint64_t flags : {std::uint64_t{FS_IOC_SETFLAGS}, std::uint64_t{FS_IOC_FSSETXATTR}})
        calls.push_back({"ioctl", {{1, flags}}});
    return calls;
}

} // namespace procpool::os
