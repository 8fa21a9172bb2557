// SPDX-License-Identifier: BSL-1.0
#include "pool/fork_server.hpp"

#include "pool/engine.hpp"

#include "pool/failures.hpp"
#include "pool/launch_options.hpp"
#include "pool/pool_impl.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace procpool::detail {
namespace {

constexpr std::chrono::seconds longest_leave{5}; // its exit handlers are the user's

} // namespace

fork_server::fork_server(pool_impl& pool, engine& owner, const link::launch_plan& plan, const pool_options& options)
    : pool_(pool),
      engine_(owner),
      plan_(plan),
      first_message_(fork_server_message_for(options)),
      first_modules_(modules_for(options)),
      first_descriptors_(descriptors_for(options)),
      start_timeout_(options.start_timeout),
      ask_timer_(owner.executor()),
      leave_timer_(owner.executor())
{
}

void fork_server::fork(schedule::worker_id id)
{
    if (!link_)
        start();
    waiting_.push_back(id);
    ask_next();
}

void fork_server::start()
{
    auto started = link::launch(plan_, link::fork_server_number);
    failure_.clear();
    link_ = std::make_shared<link::link>(engine_.executor(), link::fork_server_number, std::move(started),
                                         pool_.groups(), plan_);
    link_->start({pool_.shared_from_this(), this}, first_message_, first_modules_, first_descriptors_);
    link_->flush();
}

void fork_server::ask_next()
{
    while (!asked_ && !waiting_.empty() && link_->was_ready()) {
        const auto id = waiting_.front();
        try {
            if (!ask(id))
                return ask_later();
            waiting_.pop_front();
        } catch (const std::exception& error) {
            asked_.reset();
            waiting_.pop_front();
            engine_.worker_not_started(id, error.what());
        }
    }
}

bool fork_server::ask(schedule::worker_id id)
{
    auto prepared = link::prepare_fork(plan_, id, link_->socket());
    if (!prepared)
        return false;
    asked_.emplace(id, std::move(*prepared));
    link_->fork(id, link::title_of(plan_, id));
    return true;
}

void fork_server::ask_later()
{
    ask_timer_.expires_after(link::descriptors_pause);
    ask_timer_.async_wait([pool = pool_.shared_from_this(), this](boost::system::error_code error) {
        if (!error)
            pool->run([this](runner&) {
                if (!link_)
                    return;
                ask_next();
                engine_.batch_done();
            });
    });
}

void fork_server::worker_forked(link::link& from, std::uint64_t number)
{
    const auto [pid, error] = from.forked(number);
    if (!asked_ || asked_->id != number || (pid == 0 && error == 0))
        return from.kill(); // it makes no sense
    settle();
    ask_next();
}

// Also for one whose fork the server has not lived to tell of.
void fork_server::settle()
{
    request answered = std::move(*asked_);
    asked_.reset();
    const auto [pid, error] = link_->forked(answered.id);
    try {
        if (pid == 0)
            throw std::runtime_error(failure_to_fork(answered.id, error));
        link::adopt_forked(answered.worker, plan_, answered.id, pid);
        engine_.worker_forked(answered.id, std::move(answered.worker), answered.unwanted);
    } catch (const std::exception& failure) {
        engine_.worker_not_started(answered.id, failure.what());
    }
}

std::string fork_server::failure_to_fork(schedule::worker_id id, int error) const
{
    if (error == 0)
        return failure_; // it has ended before
    return "the fork server (pid " + std::to_string(link_->pid()) + ") could not fork worker " + std::to_string(id) +
           ": " + link::why_not_forked(error);
}

bool fork_server::give_up(schedule::worker_id id, schedule::reason why)
{
    const bool is_idle = link_ && link_->was_ready() && !asked_;
    if (asked_ && asked_->id == id)
        asked_->unwanted = why;
    else if (why != schedule::reason::timed_out)
        return std::erase(waiting_, id) != 0;
    else if (is_idle && std::erase(waiting_, id) != 0) { // see ask_later()
        engine_.worker_not_started(id, link::not_asked_for(id, ETOOMANYREFS));
        return false;
    }
    if (why == schedule::reason::timed_out) { // it hangs
        failure_ = start_took_too_long(*link_, start_timeout_);
        kill();
    }
    return false;
}

void fork_server::leave()
{
    if (std::exchange(leaving_, true))
        return;
    if (!link_->was_ready())
        return kill();
    link_->retire();
    leave_timer_.expires_after(longest_leave);
    leave_timer_.async_wait([pool = pool_.shared_from_this(), this](boost::system::error_code error) {
        if (!error)
            pool->run([this](runner&) { kill(); });
    });
}

void fork_server::kill() noexcept
{
    if (link_)
        link_->kill();
}

void fork_server::terminate() noexcept
{
    leaving_ = true;
    kill();
}

void fork_server::resume_output()
{
    if (link_)
        link_->resume_output();
}

// A worker that it has just forked is reaped too.
void fork_server::abandon() noexcept
{
    ask_timer_.cancel();
    leave_timer_.cancel();
    if (!link_)
        return;
    link_->abandon();
    if (asked_)
        link::end_forked(std::move(asked_->worker), link_->forked(asked_->id).pid);
}

void fork_server::enter(link::link& from, void (link::link::*event)(std::size_t), std::size_t count)
{
    engine_.enter(from, event, count);
}

void fork_server::worker_ready(link::link&)
{
    ask_next();
}

void fork_server::worker_refused(link::link&, std::span<const std::byte> exception)
{
    failure_ = refusal(exception);
}

void fork_server::task_answered(scheduled_operation&, const wire::frame&, region_ptr) {} // it has no tasks

bool fork_server::worker_wrote(link::link& from, const link::output_pipe& to, const link::line_splitter::line& line)
{
    return engine_.worker_wrote(from, to, line);
}

void fork_server::batch_done()
{
    engine_.batch_done();
}

void fork_server::worker_ended(link::link& from)
{
    ask_timer_.cancel();
    leave_timer_.cancel();
    if (!std::exchange(leaving_, false) && from.was_ready()) // else the workers that wait are told
        engine_.tell_died(from);
    if (failure_.empty())
        failure_ = from.was_ready() ? fork_server_failure(from) : start_failure(from);
    if (asked_)
        settle();
    for (const auto id : std::exchange(waiting_, {}))
        engine_.worker_not_started(id, failure_);
    link_.reset();
}

} // namespace procpool::detail
