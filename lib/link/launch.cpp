// SPDX-License-Identifier: BSL-1.0
#include "link/launch.hpp"

#include "os/child.hpp"
#include "os/descriptor_passing.hpp"
#include "os/failing_calls.hpp"
#include "os/lifeline.hpp"
#include "os/oom_kills.hpp"
#include "os/start_obstacle.hpp"
#include "os/system_error.hpp"
#include "os/this_process.hpp"
#include "wire/worker_start.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <span>
#include <stdexcept>

namespace procpool::link {
namespace {

std::string sentence_for(const launch_plan& plan, const os::spawn_request& request, const os::failed_call& failed)
{
    const std::string program = plan.executable.empty() ? "this program" : "the worker program " + plan.executable;
    if (!plan.directory.empty() && !std::filesystem::is_directory(plan.directory))
        return "the working directory " + plan.directory +
               " of the workers does not exist: correct worker_options::cwd";
    if (const auto obstacle = os::start_obstacle(request, failed.error))
        return *obstacle + "; or correct pool_options::executable";
    if (failed.error == std::errc::no_such_file_or_directory)
        return program + " does not exist: correct pool_options::executable";
    if (failed.error == std::errc::permission_denied)
        return program + " may not be executed: check its mode and pool_options::executable";
    return program + " could not be started: " + os::why_not_started(failed);
}

int stream_for(output where, const os::descriptor& write_end)
{
    if (write_end)
        return write_end.get();
    return where == output::discard ? os::spawn_request::discarded : os::spawn_request::inherited;
}

std::string cgroup_name(const channel& worker)
{
    return "procpool-" + std::to_string(worker.parent.nonce);
}

bool give_to_fork_server(int socket, const channel& made, std::uint64_t number)
{
    if (os::is_to_fail(fault_point::spawn))
        return false;
    const auto given = made.for_worker();
    std::vector<int> all(given.begin(), given.end());
    for (const auto* stream : {&made.worker.out, &made.worker.err})
        if (*stream)
            all.push_back(stream->get());
    const wire::channel_notice notice{.worker = number, .has_out = !!made.worker.out, .has_err = !!made.worker.err};
    return os::send_descriptors(socket, all, std::as_bytes(std::span(&notice, 1)));
}

constexpr std::size_t longest_number = 20;

} // namespace

std::string title_of(const launch_plan& plan, std::uint64_t number)
{
    if (number == fork_server_number) // with room for the longest title of a worker, which takes its place there
        return plan.name + ": fork server" + std::string(longest_number, ' ');
    return plan.name + ": worker " + std::to_string(number);
}

std::string why_not_forked(int error)
{
    return os::why_not_started({error == EMFILE ? "recvmsg" : "clone", {error, std::system_category()}});
}

unwatched::~unwatched()
{
    if (!pidfd)
        return;
    os::send_signal(pidfd.get(), SIGKILL);
    os::reap(pidfd.get());
}

launched launch(const launch_plan& plan, std::uint64_t number)
{
    faults_of_worker faults(plan.faults, number);
    const os::failing_calls while_starting(faults);
    launched result;
    result.oom_kills = os::oom_kills();
    channel made = make_channel(plan.out, plan.err);
    const auto given = made.for_worker();
    os::spawn_request request;
    request.executable = plan.executable.empty() ? os::program_to_start() : plan.executable;
    request.arguments = {title_of(plan, number)};
    request.environment = environment_of_worker(plan.environment, made.parent.nonce);
    request.directory = plan.directory;
    request.descriptors = given;
    request.out = stream_for(plan.out, made.worker.out);
    request.err = stream_for(plan.err, made.worker.err);
    if (plan.own_cgroup && number != fork_server_number)
        result.cgroup.emplace(cgroup_name(made));
    if (const auto failed = os::spawn(request, result.child))
        throw std::runtime_error(sentence_for(plan, request, failed));
    if (result.cgroup)
        result.cgroup->add(result.child.pid); // before its first message: nothing of a task has run
    result.ends = std::move(made.parent);
    return result;
}

std::string not_asked_for(std::uint64_t number, int error)
{
    return "worker " + std::to_string(number) +
           " could not be asked for: " + os::str({"sendmsg", {error, std::system_category()}});
}

std::optional<launched> prepare_fork(const launch_plan& plan, std::uint64_t number, int socket)
{
    faults_of_worker faults(plan.faults, number);
    const os::failing_calls while_starting(faults);
    launched result;
    result.oom_kills = os::oom_kills();
    channel made = make_channel(plan.out, plan.err);
    if (plan.own_cgroup)
        result.cgroup.emplace(cgroup_name(made));
    if (!give_to_fork_server(socket, made, number)) {
        if (errno == ETOOMANYREFS)
            return {};
        throw std::runtime_error(not_asked_for(number, errno));
    }
    result.ends = std::move(made.parent);
    return result;
}

void adopt_forked(launched& worker, const launch_plan& plan, std::uint64_t number, pid_t pid)
{
    faults_of_worker faults(plan.faults, number);
    const os::failing_calls while_starting(faults);
    if (const auto failed = os::adopt(pid, worker.child)) {
        end_forked(std::move(worker), pid);
        throw std::runtime_error("worker " + std::to_string(number) +
                                 " was forked, could not be watched, and was ended: " + os::why_not_started(failed));
    }
    try {
        if (worker.cgroup)
            worker.cgroup->add(worker.child.pid); // before its first message: nothing of a task has run
    } catch (...) {
        os::cut_lifeline(worker.ends.lifeline.write.get());
        throw;
    }
}

void end_forked(launched worker, pid_t pid) noexcept
{
    os::cut_lifeline(worker.ends.lifeline.write.get()); // ends it even if this process may not signal it
    os::kill_and_reap(pid);
}

} // namespace procpool::link
