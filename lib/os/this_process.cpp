// SPDX-License-Identifier: BSL-1.0
#include "os/this_process.hpp"

#include "os/cgroup.hpp"
#include "os/system_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool::os {

namespace {

/// CPUs in the affinity mask. Room for 8192, the most that Linux can be built for; a single cpu_set_t holds 1024 only,
/// and the call fails on a larger machine.
std::size_t cpus_in_affinity_mask() noexcept
{
    std::array<cpu_set_t, 8> sets{};
    if (::sched_getaffinity(0, sizeof sets, sets.data()) != 0)
        return 1;
    return static_cast<std::size_t>(CPU_COUNT_S(sizeof sets, sets.data()));
}

/// A byte that is 1, and 0 in every process that is forked from now on.
volatile char* make_wiped_byte()
{
    const auto page_size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* page = ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || ::madvise(page, page_size, MADV_WIPEONFORK) != 0)
        throw_last_error("cannot make the memory that tells a forked copy of this process");
    auto* byte = static_cast<volatile char*>(page);
    *byte = 1;
    return byte;
}

unsigned copies = 0;

volatile char& wiped_byte()
{
    static volatile char* const byte = make_wiped_byte();
    return *byte;
}

/// The kernel's mark of a file that is gone. A program may also be called so.
std::string read_executable_path()
{
    constexpr std::string_view deleted = " (deleted)";
    constexpr auto link = "/proc/self/exe";
    std::string path = std::filesystem::read_symlink(link).string();
    std::error_code gone;
    if (path.ends_with(deleted) && !std::filesystem::equivalent(path, link, gone))
        path.resize(path.size() - deleted.size());
    return path;
}

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

bool is_forked_copy()
{
    return wiped_byte() == 0;
}

void accept_forked_copy()
{
    wiped_byte() = 1;
    ++copies;
}

unsigned accepted_copies() noexcept
{
    return copies;
}

void set_thread_name(const std::string& name) noexcept
{
    ::prctl(PR_SET_NAME, name.c_str());
}

std::string executable_path()
{
    static const std::string path = read_executable_path();
    return path;
}

std::string own_program()
{
    return "/proc/" + std::to_string(::getpid()) + "/exe";
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
            throw_last_error("cannot get random bits from the kernel");
    }
    return bits;
}

void close_on_exec(int fd) noexcept
{
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void lead_own_group() noexcept
{
    ::setpgid(0, 0);
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
