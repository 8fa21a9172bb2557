// SPDX-License-Identifier: BSL-1.0
#include "process/process_state.hpp"

#include "link/status_of.hpp"
#include "os/child.hpp"
#include "os/orphans.hpp"
#include "os/this_process.hpp"
#include "process/live_processes.hpp"

#include <procpool/detail/throw_error.hpp>

#include <csignal>
#include <stdexcept>

namespace procpool::detail {

process_state::process_state(process_options options, call made) : options_(std::move(options)), call_(std::move(made))
{
}

// A fork server's workers count as originals, and have another pid than who started it.
bool process_state::is_original() const noexcept
{
    const pid_t owner = owner_;
    return mark_.is_here() && (owner == 0 || owner == os::process_id());
}

void process_state::check_original() const
{
    if (!is_original())
        throw_error(errc::forked_copy, options_.name +
                                           " was used in a process that was forked after it was made: use it in the "
                                           "process that made it, or make another one here");
}

void process_state::throw_not_permitted() const
{
    throw error_with(make_error_code(boost::system::errc::operation_not_permitted),
                     options_.name + " (pid " + std::to_string(process_.child.pid) +
                         ") cannot be sent a signal, because this process has changed its user since it started it, or "
                         "has a sandbox: "
                         "end it by kill() or terminate(), or start it later");
}

void process_state::check_usable() const
{
    check_original();
    const std::scoped_lock lock(mutex_);
    if (stage_ == stage::closed)
        throw_closed();
}

void process_state::throw_closed() const
{
    throw std::logic_error("procpool: " + options_.name + " was used after close()");
}

void process_state::check_started() const
{
    check_usable();
    if (!has_started())
        throw std::logic_error("procpool: " + options_.name + " was not started: call start() first");
}

void process_state::start()
{
    const std::scoped_lock lock(mutex_);
    if (stage_ != stage::made)
        throw std::logic_error("procpool: " + options_.name +
                               " was started before, and a process runs once: make another one");
    const auto pidfd = std::make_shared<os::descriptor>(); // now, because nothing may fail when it runs
    process_ = start_process(options_, call_);
    *pidfd = std::move(process_.child.pidfd);
    sentinel_ = pidfd;
    call_ = {};
    owner_ = os::process_id();
    status_ = {};
    stage_ = stage::running;
}

void process_state::close()
{
    const std::scoped_lock lock(mutex_);
    if (is_running() && !look_for_end())
        throw std::logic_error("procpool: " + options_.name +
                               " was closed while it runs: join() or terminate() it first");
    sentinel_.reset();
    call_ = {};
    stage_ = stage::closed;
}

std::optional<pid_t> process_state::pid() const
{
    const std::scoped_lock lock(mutex_);
    return stage_ == stage::made ? std::nullopt : std::optional(process_.child.pid);
}

bool process_state::has_started() const
{
    const std::scoped_lock lock(mutex_);
    return stage_ != stage::made;
}

bool process_state::has_ended()
{
    const std::scoped_lock lock(mutex_);
    return !is_running() || look_for_end();
}

std::optional<exit_status> process_state::status()
{
    const std::scoped_lock lock(mutex_);
    return is_running() && !look_for_end() ? std::nullopt : std::optional(status_);
}

bool process_state::wait(deadline until)
{
    return os::wait_until_ended(sentinel()->get(), until) && has_ended();
}

void process_state::send_signal(int number)
{
    if (number < 1 || number > SIGRTMAX)
        throw_error(errc::invalid_option,
                    "there is no signal " + std::to_string(number) + " to send to " + options_.name);
    const std::scoped_lock lock(mutex_);
    if (!is_running())
        return;
    if (!os::may_signal(sentinel_->get()))
        throw_not_permitted();
    os::send_signal(sentinel_->get(), number);
}

void process_state::terminate()
{
    const std::scoped_lock lock(mutex_);
    if (!is_running())
        return;
    if (os::may_signal(sentinel_->get()))
        os::send_signal(sentinel_->get(), SIGTERM);
    else
        os::kill(group());
}

void process_state::kill()
{
    const std::scoped_lock lock(mutex_);
    if (is_running())
        os::kill(group());
}

os::child_group process_state::group() const
{
    return {.leader = process_.child.pid, .pidfd = sentinel_->get(), .lifeline = process_.lifeline.write.get()};
}

std::shared_ptr<const os::descriptor> process_state::sentinel() const
{
    auto here = sentinel_or_null();
    if (!here)
        throw_closed();
    return here;
}

std::shared_ptr<const os::descriptor> process_state::sentinel_or_null() const
{
    const std::scoped_lock lock(mutex_);
    return sentinel_;
}

void process_state::begin_end() noexcept
{
    if (is_original() && options_.daemon)
        terminate();
}

void process_state::finish_end(std::chrono::steady_clock::time_point end_of_daemons) noexcept
{
    if (!is_original() || has_ended())
        return;
    const auto pidfd = sentinel_or_null();
    if (!pidfd) // another thread has joined and closed it meanwhile
        return;
    if (options_.daemon && !os::wait_until_ended(pidfd->get(), end_of_daemons))
        kill();
    os::wait_until_ended(pidfd->get());
    has_ended();
}

bool process_state::is_running() const
{
    return stage_ == stage::running;
}

bool process_state::look_for_end()
{
    const bool ended = os::has_ended(sentinel_->get());
    if (ended)
        reap();
    return ended;
}

// What is left of the group is killed while the zombie still reserves its number, if there is one.
void process_state::reap()
{
    const auto how = os::peek_exit(sentinel_->get());
    os::kill(group());
    os::reap(sentinel_->get());
    if (how) // else the number may be a stranger's
        os::reap_orphans(process_.child.pid);
    process_.lifeline = {};
    process_.shown.clear();
    status_ = link::status_of(how);
    stage_ = stage::ended;
}

} // namespace procpool::detail
