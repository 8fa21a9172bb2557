// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/future_state.hpp>

#include "os/futex.hpp"
#include "pool/pool_impl.hpp"

#include <procpool/detail/throw_error.hpp>
#include <procpool/event.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <utility>

namespace procpool::detail {
namespace {

enum state : std::uint32_t { pending = 0, somebody_blocks = 1, somebody_runs_the_loop = 2, is_settled = 4 };

} // namespace

// By way of the pool, because another thread may be destroying its context.
void deliver_soon(const std::weak_ptr<pool_impl>& pool, std::shared_ptr<waiter> to, bool cancelled)
{
    auto delivery = [to = std::move(to), cancelled] { to->deliver(to, cancelled); };
    if (const auto alive = pool.lock())
        alive->post_call(std::move(delivery));
    else
        boost::asio::post(boost::asio::system_executor(), std::move(delivery));
}

future_state::future_state(call&& made, const task_options& options, std::weak_ptr<pool_impl> pool)
    : operation(std::move(made), options),
      pool_(std::move(pool)),
      state_(pending)
{
}

future_state::~future_state() = default;

bool future_state::ready() const noexcept
{
    return (state_.load(std::memory_order_acquire) & is_settled) != 0;
}

bool future_state::settled()
{
    const std::scoped_lock lock(mutex_);
    const auto before = state_.exchange(is_settled, std::memory_order_acq_rel);
    if (before & somebody_blocks)
        os::wake_all(state_);
    if (before & somebody_runs_the_loop)
        wake_who_runs_the_loop();
    return !waiters_.empty();
}

void future_state::wake_who_runs_the_loop()
{
    if (const auto alive = pool_.lock())
        alive->wake_own_loop();
}

// The pool's own loop, until the outcome is here or the calling thread may not run it any more.
void future_state::run_loop(deadline until)
{
    const auto alive = pool_.lock();
    std::uint32_t nobody_yet = pending;
    if (!alive || !state_.compare_exchange_strong(nobody_yet, somebody_runs_the_loop))
        return;
    alive->run_own_loop([this] { return ready(); }, until);
    state_.fetch_and(~std::uint32_t{somebody_runs_the_loop});
}

bool future_state::wait(deadline until, const char* caller)
{
    if (!mark_.is_here())
        throw_forked_copy();
    if (!ready())
        check_may_block(pool_, caller);
    run_loop(until);
    while (!ready()) {
        if (until && std::chrono::steady_clock::now() >= *until)
            return false;
        const std::uint32_t before = state_.fetch_or(somebody_blocks);
        if (!(before & is_settled))
            os::wait_while(state_, before | somebody_blocks, until);
    }
    return true;
}

bool future_state::was_cancelled() const
{
    return ready() && !outcome_.is_exception && outcome_of(outcome_.error) == task_end::cancelled;
}

outcome future_state::take()
{
    return std::move(outcome_);
}

std::vector<std::shared_ptr<waiter>> future_state::take_waiters()
{
    const std::scoped_lock lock(mutex_);
    return std::exchange(waiters_, {});
}

// A handler that throws leaves through the context's run(), as Asio promises; the others follow in posts.
void future_state::deliver(operation_ptr)
{
    struct delivery {
        const std::weak_ptr<pool_impl>& pool;
        std::vector<std::shared_ptr<waiter>> waiters;
        std::size_t next = 0;
        ~delivery()
        {
            while (next != waiters.size())
                deliver_soon(pool, std::move(waiters[next++]), false);
        }
    } all{pool_, take_waiters()};
    while (all.next != all.waiters.size()) {
        const auto each = std::move(all.waiters[all.next++]);
        each->deliver(each, false);
    }
}

void future_state::abandon() noexcept
{
    for (const auto& each : take_waiters())
        each->abandon();
}

void future_state::attach(std::shared_ptr<waiter> added)
{
    if (!mark_.is_here()) // another thread of the original process may have held the mutex
        throw_forked_copy();
    if (const auto alive = pool_.lock())
        alive->expect_handlers();
    {
        const std::scoped_lock lock(mutex_);
        if (!ready()) {
            waiters_.push_back(std::move(added));
            return;
        }
    }
    deliver_soon(pool_, std::move(added), false);
}

bool future_state::remove(const std::shared_ptr<waiter>& removed)
{
    if (!removed || !mark_.is_here())
        return false;
    const std::scoped_lock lock(mutex_);
    return std::erase(waiters_, removed) != 0;
}

void future_state::detach(const std::shared_ptr<waiter>& removed)
{
    if (remove(removed))
        deliver_soon(pool_, removed, true);
}

void throw_forked_copy()
{
    throw_error(errc::forked_copy,
                "a procpool::pool, or a future or stream of one, was used in a process that was forked after it was "
                "made: use it in the process that made it, or make another pool here");
}

void throw_get_timed_out()
{
    throw_error(
        errc::timed_out,
        "procpool::future::get() or exception() waited as long as it was told to and the task has no outcome yet: "
        "the task goes on, wait again or cancel()");
}

} // namespace procpool::detail
