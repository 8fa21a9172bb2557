// SPDX-License-Identifier: BSL-1.0
#include <procpool/map_options.hpp>

#include "os/this_process.hpp"
#include "pool/validate_options.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>

namespace procpool {
namespace {

constexpr unsigned most_cpus = 8192;

void require(bool holds, const char* field, const char* rule)
{
    if (!holds)
        detail::throw_error(errc::invalid_option, std::string("procpool::") + field + " " + rule);
}

bool is_positive(const std::optional<std::chrono::nanoseconds>& limit)
{
    return !limit || limit->count() > 0;
}

bool has_empty_path(const std::optional<std::vector<std::filesystem::path>>& paths)
{
    return paths && std::ranges::any_of(*paths, [](const auto& path) { return path.empty(); });
}

void require_faults(const std::vector<fault>& faults)
{
    for (const fault& each : faults) {
        require(each.nth >= 1, "fault::nth", "must be at least 1");
        require(each.error > 0, "fault::error", "must be greater than zero");
        require(each.delay.count() >= 0, "fault::delay", "must not be negative");
    }
}

} // namespace

bool detail::is_environment(const std::map<std::string, std::optional<std::string>>& changes)
{
    return std::ranges::all_of(
        changes, [](const auto& entry) { return !entry.first.empty() && entry.first.find('=') == std::string::npos; });
}

void detail::require_limits(const resource_limits& limits)
{
    require(limits.address_space != 0u, "resource_limits::address_space", "must be greater than zero");
    require(!limits.cpu_time || limits.cpu_time->count() >= 1, "resource_limits::cpu_time", "must be at least 1 s");
    const int nice = limits.nice.value_or(0);
    require(nice >= -20 && nice <= 19, "resource_limits::nice", "must be from -20 to 19");
    const bool sound = std::ranges::all_of(limits.cpus, [](unsigned cpu) { return cpu < most_cpus; });
    require(sound, "resource_limits::cpus", "has a CPU above 8191, the most that Linux numbers");
}

void detail::require_sandbox(const sandbox_options& sandbox)
{
    require(!has_empty_path(sandbox.readable), "sandbox_options::readable", "has a path that is empty");
    require(!has_empty_path(sandbox.writable), "sandbox_options::writable", "has a path that is empty");
}

void detail::require_worker_count(std::size_t workers, const char* name)
{
    constexpr std::size_t most_workers = 4096;
    require(workers >= 1 && workers <= most_workers, name, "must be from 1 to 4096");
}

void detail::require_not_negative(std::chrono::nanoseconds time, const char* name)
{
    require(time.count() >= 0, name, "must not be negative");
}

void validate(const pool_options& options)
{
    const std::size_t workers = options.workers ? *options.workers : os::usable_cpus(); // which reads files
    detail::require_worker_count(workers, "pool_options::workers");
    require(options.min_workers <= workers, "pool_options::min_workers", "must not be greater than workers");
    require(options.start_timeout.count() > 0, "pool_options::start_timeout", "must be greater than zero");
    require(is_positive(options.idle_timeout), "pool_options::idle_timeout", "must be greater than zero");
    require(options.max_tasks_per_worker != 0u, "pool_options::max_tasks_per_worker", "must be at least 1");
    require(options.max_memory_per_worker != 0u, "pool_options::max_memory_per_worker", "must be at least 1");
    require(is_positive(options.max_worker_age), "pool_options::max_worker_age", "must be greater than zero");
    require(options.max_kills >= 1, "pool_options::max_kills", "must be at least 1");
    require(options.max_pending != 0u, "pool_options::max_pending", "must be at least 1");
    require(options.max_pending_bytes != 0u, "pool_options::max_pending_bytes", "must be at least 1");
    require(options.max_result_bytes >= 1, "pool_options::max_result_bytes", "must be at least 1");
    require(!options.initializer || options.initializer->encoded().attached.empty(), "pool_options::initializer",
            "must not take a buffer of 64 KiB or more: give it a std::vector");
    require(detail::is_environment(options.worker.env), "worker_options::env",
            "has a name that is empty or contains '='");
    require_faults(options.faults);
    detail::require_limits(options.worker.limits);
    detail::require_sandbox(options.worker.sandbox);
    const bool captures = options.worker.stdout_to == output::capture || options.worker.stderr_to == output::capture;
    require(!captures || options.worker.on_output, "worker_options::on_output", "must be set where output is captured");
}

void validate(const submit_options& options)
{
    require(is_positive(options.timeout), "submit_options::timeout", "must be greater than zero");
    require(is_positive(options.soft_timeout), "submit_options::soft_timeout", "must be greater than zero");
    require(is_positive(options.queue_timeout), "submit_options::queue_timeout", "must be greater than zero");
    require(is_positive(options.deadline), "submit_options::deadline", "must be greater than zero");
    require(options.retry_pause.count() >= 0, "submit_options::retry_pause", "must not be negative");
    require(options.grace.count() >= 0, "submit_options::grace", "must not be negative");
    require(options.kill_grace.count() >= 0, "submit_options::kill_grace", "must not be negative");
}

void validate(const map_options& options)
{
    require(options.chunk_size != 0u, "map_options::chunk_size", "must be at least 1");
    require(options.buffer_size != 0u, "map_options::buffer_size", "must be at least 1");
    validate(options.task);
}

} // namespace procpool
