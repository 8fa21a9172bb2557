// SPDX-License-Identifier: BSL-1.0
#include "link/launch.hpp"

#include "os/child.hpp"
#include "os/descriptor_passing.hpp"
#include "os/failing_calls.hpp"
#include "os/oom_kills.hpp"
#include "os/pipe.hpp"
#include "os/this_process.hpp"
#include "wire/control_page.hpp"
#include "wire/worker_start.hpp"

#include <array>
#include <csignal>
#include <filesystem>
#include <new>
#include <stdexcept>

namespace procpool::link {
namespace {

os::descriptor make_page(os::mapping& page, std::uint64_t nonce)
{
    os::descriptor file = os::make_memory_file("procpool control page", sizeof(wire::control_page));
    page = os::mapping(file.get(), sizeof(wire::control_page));
    auto* shared = reinterpret_cast<wire::control_page*>(page.data()); // zeroed memory is a valid page
    shared->magic = wire::control_page::expected_magic;
    shared->version = wire::control_page::expected_version;
    shared->nonce = nonce;
    return file;
}

std::vector<std::string> environment_for(const launch_plan& plan, std::uint64_t nonce)
{
    std::vector<std::string> changes = plan.environment;
    changes.push_back(std::string(wire::nonce_variable) + "=" + std::to_string(nonce));
    return os::environment_with(changes);
}

std::string sentence_for(const launch_plan& plan, std::error_code error)
{
    const std::string program = plan.executable.empty() ? "this program" : plan.executable;
    if (!plan.directory.empty() && !std::filesystem::is_directory(plan.directory))
        return "the working directory " + plan.directory +
               " of the workers does not exist: correct worker_options::cwd";
    if (error == std::errc::no_such_file_or_directory)
        return "the worker program " + program + " does not exist: correct pool_options::executable";
    if (error == std::errc::permission_denied)
        return "the worker program " + program + " may not be executed: check its mode and pool_options::executable";
    return "the worker program " + program + " could not be started: " + error.message();
}

// Before it gets its first message: nothing of a task has run.
void move_into(const os::control_group& group, const os::spawned& child)
{
    try {
        group.add(child.pid);
    } catch (...) {
        os::send_signal(child.pidfd.get(), SIGKILL);
        os::reap(child.pidfd.get());
        throw;
    }
}

/// What the worker gets as one of its streams; where the pool reads it, `read_end` is the other end.
os::descriptor connect(output where, os::descriptor& read_end)
{
    if (!goes_through_pool(where))
        return {};
    os::pipe_ends pipe = os::make_pipe();
    read_end = std::move(pipe.read);
    return std::move(pipe.write);
}

int stream_for(output where, const os::descriptor& write_end)
{
    if (write_end)
        return write_end.get();
    return where == output::discard ? os::spawn_request::discarded : os::spawn_request::inherited;
}

} // namespace

launched launch(const launch_plan& plan, std::uint64_t number)
{
    faults_of_worker faults(plan.faults, number);
    const os::failing_calls while_starting(faults);
    launched result;
    result.oom_kills = os::oom_kills();
    const std::uint64_t nonce = result.nonce = os::random_bits();
    os::pipe_ends tasks = os::make_pipe();
    os::pipe_ends answers = os::make_pipe();
    os::pipe_ends lifeline = os::make_pipe();
    const os::descriptor out = connect(plan.out, result.out);
    const os::descriptor err = connect(plan.err, result.err);
    const os::descriptor page = make_page(result.page, nonce);
    os::socket_ends memory = os::make_sockets();

    const std::array given{tasks.read.get(), answers.write.get(), lifeline.read.get(), // in worker_start.hpp's order
                           page.get(), memory.second.get()};
    os::spawn_request request;
    request.executable = plan.executable.empty() ? "/proc/self/exe" : plan.executable;
    request.arguments = {plan.name + ": worker " + std::to_string(number)};
    request.environment = environment_for(plan, nonce);
    request.directory = plan.directory;
    request.descriptors = given;
    if (plan.own_cgroup)
        result.cgroup.emplace("procpool-" + std::to_string(nonce));
    request.out = stream_for(plan.out, out);
    request.err = stream_for(plan.err, err);
    if (const auto error = os::spawn(request, result.child))
        throw std::runtime_error(sentence_for(plan, error));
    if (result.cgroup)
        move_into(*result.cgroup, result.child);

    result.tasks = std::move(tasks.write);
    result.tasks_kept = std::move(tasks.read);
    result.answers = std::move(answers.read);
    result.lifeline = std::move(lifeline.write);
    result.memory = std::move(memory.first);
    return result;
}

} // namespace procpool::link
