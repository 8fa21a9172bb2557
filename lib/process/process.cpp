// SPDX-License-Identifier: BSL-1.0
#include <procpool/process.hpp>

#include "process/live_processes.hpp"
#include "process/process_state.hpp"

#include <atomic>
#include <csignal>
#include <stdexcept>

namespace procpool {
namespace {

std::string next_name()
{
    static std::atomic<unsigned> last{0};
    return "process-" + std::to_string(++last);
}

void end(const detail::process_ptr& state) noexcept
{
    if (state) {
        state->begin_end();
        state->finish_end(std::chrono::steady_clock::now() + detail::process_state::grace_of_daemons);
    }
}

} // namespace

detail::process_ptr detail::make_process(process_options options, call made)
{
    validate(options);
    if (options.name.empty())
        options.name = next_name();
    return std::make_shared<process_state>(std::move(options), std::move(made));
}

detail::process_state& child::usable() const
{
    if (!state_)
        throw std::logic_error("procpool: a process was used after it was moved from");
    state_->check_usable();
    return *state_;
}

const detail::process_ptr& child::started() const
{
    usable().check_started();
    return state_;
}

const std::string& child::name() const
{
    return usable().options().name;
}

bool child::is_daemon() const
{
    return usable().options().daemon;
}

std::optional<pid_t> child::pid() const
{
    return usable().pid();
}

bool child::is_alive() const
{
    return usable().is_alive();
}

std::optional<exit_status> child::exit_status() const
{
    return usable().status();
}

std::optional<int> child::exit_code() const
{
    const auto status = usable().status();
    if (!status)
        return {};
    return status->signal ? std::optional(-*status->signal) : status->code;
}

void child::join()
{
    join_until({});
}

bool child::join_until(detail::deadline end)
{
    return started()->wait(end);
}

void child::terminate()
{
    started()->terminate();
}

void child::kill()
{
    started()->kill();
}

detail::watch_source child::watch() const
{
    return [state = started()]() -> detail::watched {
        auto pidfd = state->sentinel();
        const int descriptor = pidfd->get();
        // When a tracer holds the process, no event tells that it has let go.
        const auto look = [state] { return state->has_ended() ? detail::attempt::done : detail::attempt::busy; };
        return {std::move(pidfd), descriptor, look};
    };
}

void child::send_signal(int number)
{
    started()->send_signal(number);
}

int child::sentinel() const
{
    return started()->sentinel()->get();
}

process& process::operator=(process&& other) noexcept
{
    if (this != &other) {
        end(state_);
        state_ = std::exchange(other.state_, nullptr);
    }
    return *this;
}

process::~process()
{
    end(state_);
}

void process::start()
{
    usable().start();
    detail::add_live_process(state_);
}

void process::close()
{
    if (!state_)
        throw std::logic_error("procpool: a process was closed after it was moved from");
    state_->check_original();
    state_->close();
}

std::vector<child> active_children()
{
    std::vector<child> children;
    for (auto& each : detail::live_processes())
        children.push_back(child(std::move(each)));
    return children;
}

} // namespace procpool
