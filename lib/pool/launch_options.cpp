// SPDX-License-Identifier: BSL-1.0
#include "pool/launch_options.hpp"

#include "os/this_process.hpp"

namespace procpool::detail {
namespace {

std::string name_of(const pool_options& options)
{
    return options.name.empty() ? os::program_name() : options.name;
}

void make_absolute(std::optional<std::vector<std::filesystem::path>>& paths)
{
    if (paths)
        for (auto& path : *paths)
            path = std::filesystem::absolute(path);
}

std::optional<std::vector<std::byte>> initializer_of(const pool_options& options)
{
    if (!options.initializer)
        return {};
    const auto& call = options.initializer->encoded().bytes;
    return std::vector<std::byte>(call.begin(), call.end());
}

} // namespace

std::vector<std::string> environment_with(const std::map<std::string, std::optional<std::string>>& changes)
{
    std::vector<std::string> list;
    for (const auto& [name, value] : changes)
        list.push_back(value ? name + "=" + *value : name);
    return os::with_changes(os::environment(), list);
}

sandbox_options with_absolute_paths(sandbox_options sandbox)
{
    make_absolute(sandbox.readable);
    make_absolute(sandbox.writable);
    return sandbox;
}

output stdout_of(const worker_options& options)
{
    const auto& sandbox = options.sandbox;
    const bool is_closed = sandbox.readable || sandbox.writable || sandbox.syscalls != syscall_profile::all;
    return options.stdout_to.value_or(is_closed ? output::relay : output::inherit);
}

link::launch_plan plan_for(const pool_options& options)
{
    return {.executable = options.executable.empty() ? "" : std::filesystem::absolute(options.executable).string(),
            .environment = environment_with(options.worker.env),
            .directory = options.worker.cwd.string(),
            .name = name_of(options),
            .out = stdout_of(options.worker),
            .err = options.worker.stderr_to,
            .max_result_bytes = options.max_result_bytes,
            .is_confined = options.worker.sandbox != sandbox_options(),
            .own_cgroup = options.worker.contain == containment::cgroup,
            .faults = options.faults};
}

wire::configuration first_message_for(const pool_options& options)
{
    wire::configuration message;
    message.thread_name = name_of(options);
    message.max_result_bytes = options.max_result_bytes;
    message.max_memory_bytes = options.max_memory_per_worker;
    message.limits = options.worker.limits;
    message.sandbox = with_absolute_paths(options.worker.sandbox);
    message.contain = options.worker.contain;
    message.exception_stacks = options.worker.exception_stacks;
    message.faults = options.faults;
    message.stdout_is_relayed = link::goes_through_pool(stdout_of(options.worker));
    message.stdout_is_captured = options.worker.stdout_to == output::capture;
    message.stderr_is_captured = options.worker.stderr_to == output::capture;
    if (options.start == start_method::spawn)
        message.initializer = initializer_of(options);
    return message;
}

wire::configuration fork_server_message_for(const pool_options& options)
{
    wire::configuration message;
    message.thread_name = name_of(options);
    message.max_result_bytes = options.max_result_bytes;
    message.initializer = initializer_of(options);
    message.is_fork_server = true;
    message.faults = options.faults;
    return message;
}

schedule::limits limits_for(const pool_options& options)
{
    return {.max_workers = *options.workers,
            .min_workers = options.min_workers,
            .start_timeout = options.start_timeout,
            .idle_timeout = options.idle_timeout,
            .max_tasks = options.max_tasks_per_worker,
            .max_age = options.max_worker_age,
            .max_kills = options.max_kills};
}

std::uint32_t modules_for(const pool_options& options)
{
    return options.initializer ? options.initializer->encoded().modules : 0;
}

link::attached_ptr descriptors_for(const pool_options& options)
{
    return options.initializer ? options.initializer->encoded().descriptors : nullptr;
}

} // namespace procpool::detail
