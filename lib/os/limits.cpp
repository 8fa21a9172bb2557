// SPDX-License-Identifier: BSL-1.0
#include "os/limits.hpp"

#include "os/kernel_text.hpp"
#include "os/session.hpp"
#include "os/threads.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool::os {

namespace {

using cpu_mask = std::array<cpu_set_t, 8>; // 8192 CPUs: a single cpu_set_t holds 1024

[[noreturn]] void refuse(const std::string& option, const std::string& why)
{
    throw std::runtime_error("procpool::resource_limits::" + option + " cannot be set: " + why);
}

struct process_limit {
    const char* option;
    __rlimit_resource resource;
    std::uint64_t soft;
    std::uint64_t hard;
};

void apply(const process_limit& limit)
{
    rlimit before{};
    ::getrlimit(limit.resource, &before);
    const rlimit wanted{limit.soft, limit.hard};
    if (::setrlimit(limit.resource, &wanted) == 0)
        return;
    const int error = errno;
    const std::string value = std::string(limit.option) + " = " + std::to_string(limit.soft);
    if (error == EPERM)
        refuse(value,
               "it is above the hard limit of " + std::to_string(before.rlim_max) + ", which only root can raise");
    refuse(value, std::strerror(error));
}

void apply_if_given(const char* option, __rlimit_resource resource, const std::optional<std::uint64_t>& value)
{
    if (value)
        apply({.option = option, .resource = resource, .soft = *value, .hard = *value});
}

/// The first number of statm: pages.
std::uint64_t bytes_of_address_space()
{
    return number_in(contents_of("/proc/self/statm")).value_or(0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void check_address_space(std::uint64_t limit)
{
    const std::uint64_t present = bytes_of_address_space();
    if (limit <= present)
        refuse("address_space = " + std::to_string(limit),
               "the worker has " + std::to_string(present) + " bytes already, before its first task");
}

void set_nice(int value)
{
    for_each_thread([&](pid_t thread) {
        if (::setpriority(PRIO_PROCESS, static_cast<id_t>(thread), value) != 0 && errno != ESRCH)
            refuse("nice = " + std::to_string(value), "only root may go below this process's own");
    });
    set_nice_of_session();
}

void set_cpus(const std::vector<unsigned>& cpus)
{
    cpu_mask wanted{};
    for (const unsigned cpu : cpus)
        CPU_SET_S(cpu, sizeof wanted, wanted.data());
    for_each_thread([&](pid_t thread) {
        if (::sched_setaffinity(thread, sizeof wanted, wanted.data()) != 0 && errno != ESRCH)
            refuse("cpus", "none of them can be used here: see nproc and /sys/fs/cgroup");
    });
    cpu_mask actual{};
    ::sched_getaffinity(0, sizeof actual, actual.data());
    for (const unsigned cpu : cpus) // the kernel leaves out what it does not have
        if (!CPU_ISSET_S(cpu, sizeof actual, actual.data()))
            refuse("cpus", "CPU " + std::to_string(cpu) + " does not exist or must not be used here");
}

} // namespace

void apply_thread_limits(const resource_limits& limits)
{
    if (limits.address_space)
        check_address_space(*limits.address_space);
    if (limits.nice)
        set_nice(*limits.nice);
    if (!limits.cpus.empty())
        set_cpus(limits.cpus);
}

void apply_limits(const resource_limits& limits)
{
    if (limits.cpu_time) {
        const auto seconds = static_cast<std::uint64_t>(limits.cpu_time->count());
        apply({.option = "cpu_time", .resource = RLIMIT_CPU, .soft = seconds, .hard = seconds + 1});
    }
    apply_if_given("open_files", RLIMIT_NOFILE, limits.open_files);
    apply_if_given("file_size", RLIMIT_FSIZE, limits.file_size);
    apply_if_given("processes", RLIMIT_NPROC, limits.processes);
    apply_if_given("core_size", RLIMIT_CORE, limits.core_size);
    apply_if_given("address_space", RLIMIT_AS, limits.address_space);
}

} // namespace procpool::os
