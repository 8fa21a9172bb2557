// SPDX-License-Identifier: BSL-1.0
#include "os/this_process.hpp"

#include "leaky_singleton.hpp"
#include "os/cgroup.hpp"
#include "os/kernel_text.hpp"
#include "os/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <link.h>
#include <sched.h>
#include <span>
#include <string_view>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace procpool::os {

namespace {

/// CPUs in the affinity mask of main's thread, which workers get. Room for 8192, the most that Linux can be built for; a single cpu_set_t holds 1024 only,
/// and the call fails on a larger machine.
std::size_t cpus_in_affinity_mask() noexcept
{
    std::array<cpu_set_t, 8> sets{};
    if (::sched_getaffinity(::getpid(), sizeof sets, sets.data()) != 0)
        return 1;
    return static_cast<std::size_t>(CPU_COUNT_S(sizeof sets, sets.data()));
}

std::span<const ElfW(Phdr)> own_program_headers() noexcept
{
    return {reinterpret_cast<const ElfW(Phdr)*>(::getauxval(AT_PHDR)), ::getauxval(AT_PHNUM)};
}

/// The kernel has not loaded a loader beside the program, but the program needs one.
bool was_started_by_loader() noexcept
{
    const auto headers = own_program_headers();
    return ::getauxval(AT_BASE) == 0 &&
           std::ranges::any_of(headers, [](const auto& each) { return each.p_type == PT_INTERP; });
}

/// The file that is mapped at an address, as /proc tells it: "begin-end rights offset device inode path". Empty when
/// there is none.
std::string file_mapped_at(std::uintptr_t address)
{
    constexpr int before_path = 4; // rights, offset, device, inode
    const std::string maps = contents_of("/proc/self/maps");
    for (std::string_view lines = maps; !lines.empty();) {
        auto line = take_line(lines);
        const auto range = take_word(line);
        const auto dash = std::min(range.find('-'), range.size());
        const auto begin = number_in<std::uintptr_t>(range.substr(0, dash), 16);
        const auto end = number_in<std::uintptr_t>(range.substr(std::min(dash + 1, range.size())), 16);
        for (int field = 0; field != before_path; ++field)
            take_word(line);
        if (begin && end && *begin <= address && address < *end)
            return std::string(line.substr(std::min(line.find_first_not_of(' '), line.size())));
    }
    return {};
}

/// Whether the file of this program raises the rights of its callers: by a set-ID bit, or by capabilities.
bool own_file_gives_rights() noexcept
{
    struct stat file {};
    if (::stat("/proc/self/exe", &file) != 0 || (file.st_mode & (S_ISUID | S_ISGID)) != 0)
        return true;
    return ::getxattr("/proc/self/exe", "security.capability", nullptr, 0) >= 0 ||
           (errno != ENODATA && errno != ENOTSUP);
}

std::string path_in_proc()
{
    if (was_started_by_loader())
        return file_mapped_at(::getauxval(AT_PHDR));
    std::error_code none;
    return std::filesystem::read_symlink("/proc/self/exe", none).string();
}

struct own_executable {
    std::string path = path_in_proc();

    own_executable()
    {
        constexpr std::string_view deleted = " (deleted)"; // the kernel's mark; a program may also be called so
        std::error_code gone;
        if (path.ends_with(deleted) && !std::filesystem::exists(path, gone))
            path.resize(path.size() - deleted.size());
        const auto* const started_as = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
        if (path.empty() && started_as)
            path = started_as;
    }
};

constinit leaky_singleton<own_executable> the_executable;

} // namespace

std::size_t usable_cpus()
{
    const std::size_t cpus = cpus_in_affinity_mask();
    const double quota = std::ceil(cpu_quota().value_or(static_cast<double>(cpus)));
    return std::max<std::size_t>(1, quota < static_cast<double>(cpus) ? static_cast<std::size_t>(quota) : cpus);
}

std::size_t descriptor_limit() noexcept
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

void set_thread_name(const std::string& name) noexcept
{
    ::prctl(PR_SET_NAME, name.c_str());
}

std::string executable_path()
{
    return the_executable.get().path;
}

std::string own_program()
{
    return was_started_by_loader() ? executable_path() : "/proc/" + std::to_string(::getpid()) + "/exe";
}

std::string program_to_start()
{
    return was_started_by_loader() ? executable_path() : "/proc/self/exe";
}

std::string program_name()
{
    return std::filesystem::path(executable_path()).filename().string();
}

pid_t process_id() noexcept
{
    return ::getpid();
}

pid_t parent_process_id() noexcept
{
    return ::getppid();
}

std::uint64_t now_ns() noexcept
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint64_t random_bits()
{
    std::uint64_t bits = 0;
    while (::getrandom(&bits, sizeof bits, 0) < 0) {
        if (errno != EINTR)
            throw_last_error("cannot get random bits from the kernel: getrandom");
    }
    return bits;
}

// The kernel also sets AT_SECURE for an ordinary program whose caller has switched its effective user, as a server does
// that gives up rights for a while. The caller's environment is to be believed then.
bool has_more_rights_than_its_caller() noexcept
{
    const bool caller_had_switched = ::getuid() != ::geteuid() || ::getgid() != ::getegid();
    return ::getauxval(AT_SECURE) != 0 && (!caller_had_switched || own_file_gives_rights());
}

void close_on_exec(int fd) noexcept
{
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool is_open(int fd) noexcept
{
    return ::fcntl(fd, F_GETFD) >= 0;
}

void block_all_signals() noexcept
{
    sigset_t blocked{};
    ::sigfillset(&blocked);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT})
        ::sigdelset(&blocked, fault);
    ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

void exit_now(int code) noexcept
{
    ::_exit(code);
}

} // namespace procpool::os
