// SPDX-License-Identifier: BSL-1.0
#include "process/start.hpp"

#include "link/channel.hpp"
#include "os/start_obstacle.hpp"
#include "os/system_error.hpp"
#include "os/this_process.hpp"
#include "pool/launch_options.hpp"
#include "process/start_message.hpp"
#include "worker/main_guard.hpp"

#include <procpool/detail/throw_error.hpp>

namespace procpool::detail {
namespace {

void check_initialized(const process_options& options)
{
    if (!worker::main_was_guarded())
        throw_error(errc::not_initialized, "this program started " + options.name +
                                               " but has not called procpool::run_if_worker(): call it first in main, "
                                               "because processes are started from this same program and begin in main "
                                               "too, and start processes inside main");
}

std::string sentence_for(const process_options& options, const os::spawn_request& request,
                         const os::failed_call& failed)
{
    if (!options.cwd.empty() && !std::filesystem::is_directory(options.cwd))
        return "the working directory " + options.cwd.string() + " of " + options.name +
               " does not exist: correct process_options::cwd";
    if (const auto obstacle = os::start_obstacle(request, failed.error))
        return options.name + " could not be started: " + *obstacle;
    return options.name + " could not be started: " + os::why_not_started(failed);
}

[[noreturn]] void throw_not_started(const process_options& options, std::error_code error, const std::string& sentence)
{
    if (error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system)
        throw_error(errc::too_many_descriptors,
                    options.name + " could not be started, because no file descriptor is left: raise RLIMIT_NOFILE "
                                   "(ulimit -n) or have fewer processes");
    throw_error(errc::start_failed, sentence);
}

int stream_for(output where) noexcept
{
    return where == output::discard ? os::spawn_request::discarded : os::spawn_request::inherited;
}

os::spawned spawn(const process_options& options, const link::channel& made)
{
    const auto given = made.for_worker();
    os::spawn_request request;
    request.executable = os::program_to_start();
    request.arguments = {os::program_name() + ": " + options.name};
    request.environment = link::environment_of_worker(environment_with(options.env), made.parent.nonce);
    request.directory = options.cwd.string();
    request.descriptors = given;
    request.out = stream_for(options.stdout_to);
    request.err = stream_for(options.stderr_to);
    os::spawned child;
    if (const auto failed = os::spawn(request, child))
        throw_not_started(options, failed.error, sentence_for(options, request, failed));
    return child;
}

} // namespace

started_process start_process(const process_options& options, const call& made)
{
    check_initialized(options);
    try {
        link::channel channel = link::make_channel(options.stdout_to, options.stderr_to);
        start_message message(
            {.name = options.name, .limits = options.limits, .sandbox = with_absolute_paths(options.sandbox)}, made,
            channel.parent.memory.get());
        channel.parent.tasks_kept = message.file(); // instead of a pipe
        auto child = spawn(options, channel);
        return {std::move(child), std::move(channel.parent.lifeline), message.take_shown()};
    } catch (const std::system_error& error) {
        throw_not_started(options, error.code(), options.name + " could not be started: " + error.what());
    }
}

} // namespace procpool::detail
