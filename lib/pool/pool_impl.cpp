// SPDX-License-Identifier: BSL-1.0
#include "pool/pool_impl.hpp"

#include "pool/engine.hpp"
#include "pool/failures.hpp"
#include "pool/inline_runner.hpp"
#include "pool/loop_thread.hpp"
#include "pool/pool_service.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>

namespace procpool::detail {

std::shared_ptr<pool_impl> pool_impl::make(boost::asio::any_io_executor executor, pool_options options)
{
    auto made = std::make_shared<pool_impl>(std::move(options));
    if (!executor) {
        made->thread_ = std::make_unique<own_thread>();
        made->own_loop_ = made->thread_->loop();
        made->own_shift_ = made->thread_->loop()->shift();
        executor = made->thread_->loop()->executor();
    } else {
        made->has_handlers_ = true; // the loop is not ours to lend
    }
    made->attach(std::move(executor));
    return made;
}

pool_impl::pool_impl(pool_options options)
    : options_(std::move(options)),
      most_workers_(*options_.workers),
      // what runs on the loop of an inline pool is the user's
      has_handlers_(options_.on_event || options_.worker.on_output || options_.start == start_method::inline_),
      admission_(options_.max_pending, options_.max_pending_bytes)
{
}

void pool_impl::attach(boost::asio::any_io_executor executor)
{
    executor_ = std::move(executor);
    if (options_.start == start_method::inline_)
        runner_ = std::make_unique<inline_runner>(*this, executor_, options_);
    else
        runner_ = std::make_unique<engine>(*this, executor_, options_);
    auto& context = boost::asio::query(executor_, boost::asio::execution::context);
    boost::asio::use_service<pool_service>(context).add(shared_from_this());
    if (options_.min_workers != 0)
        post([](runner& r) { r.open(); });
}

// Posts, never dispatches: nothing completes inside an initiating function. What was submitted before comes first.
template <class Event>
void pool_impl::post(Event event)
{
    const std::scoped_lock lock(mutex_); // another thread may be destroying the context
    post_locked(std::move(event));
}

// With the mutex held.
template <class Event>
void pool_impl::post_locked(Event event)
{
    if (!executor_)
        return;
    boost::asio::post(executor_, [self = shared_from_this(), event = std::move(event)]() mutable {
        self->run([&](runner& r) {
            self->accept_arrivals(r);
            std::invoke(event, r);
        });
    });
    nudge();
}

// A handler that throws leaves through the context's run(), as Asio promises; the others follow in a post.
void pool_impl::deliver(settled_operations settled)
{
    struct rest {
        pool_impl& self;
        settled_operations& all;
        ~rest() { self.post_delivery(all.take()); }
    } const after{*this, settled};
    settled.deliver();
}

void pool_impl::post_delivery(settled_operations settled)
{
    if (settled.empty())
        return;
    post_call([self = shared_from_this(), all = std::move(settled)]() mutable { self->deliver(all.take()); });
}

void pool_impl::submit(operation_ptr op, full_queue if_full)
{
    if (if_full == full_queue::wait_in_line) // that is, with a handler
        expect_handlers();
    std::unique_lock lock(mutex_);
    if (closed_) {
        lock.unlock();
        return refuse(op, closed());
    }
    if (in_line_.empty() && enter(scheduled_operation::of(*op))) {
        enqueue(std::move(op));
        return wake_engine(std::move(lock));
    }
    if (options_.when_full == when_full::fail && if_full != full_queue::always_wait) {
        lock.unlock();
        return refuse(op, queue_is_full(options_));
    }
    if (if_full == full_queue::block_caller)
        wait_for_room(lock, op);
    else
        stand_in_line(std::move(op));
}

// With the mutex held, when the inbox has room for it.
void pool_impl::enqueue(operation_ptr op) noexcept
{
    auto& scheduled = scheduled_operation::of(*op.detach()); // the engine takes it over
    scheduled.id = ++last_id_;
    inbox_.push(scheduled);
}

// Tasks wait for others that may follow at once, to be sent together; but not while a worker waits for them.
void pool_impl::wake_engine(std::unique_lock<std::mutex> lock)
{
    if (inbox_.empty() || drain_posted_)
        return;
    std::unique_lock alone(runner_mutex_, std::defer_lock);
    const bool may_enter = !own_loop_.expired() || runs_loop_of(executor_);
    const bool now = any_idle_ && may_enter && alone.try_lock();
    if (!now)
        return post_drain();
    lock.unlock();
    accept_arrivals(*runner_);
    auto settled = runner_->take_settled();
    if (settled.empty() && desk_.is_idle())
        return; // as soon as the engine is free, a handler may destroy the pool on another thread
    const auto self = shared_from_this();
    alone.unlock();
    post_in_order(std::move(settled));
}

// With the mutex held.
void pool_impl::post_drain()
{
    if (!drain_posted_)
        boost::asio::post(executor_, [self = shared_from_this()] {
            self->run([&](runner& r) {
                self->take_in(r);
                r.turn();
            });
        });
    drain_posted_ = true;
    nudge();
}

void pool_impl::nudge()
{
    if (own_shift_)
        own_shift_->nudge();
}

void pool_impl::run_own_loop(const std::function<bool()>& over, deadline until)
{
    if (const auto loop = own_loop_.lock(); loop && !has_handlers_)
        loop->borrow([&] { return has_handlers_ || over(); }, until, [this] { return is_quiet(); });
}

void pool_impl::wake_own_loop()
{
    if (own_shift_ && !own_shift_->is_here())
        post_call([] {});
}

bool pool_impl::is_quiet() const
{
    const std::scoped_lock lock(mutex_);
    return !drain_posted_ && !has_tasks_ && !has_handlers_;
}

// A thread that runs the loop in place of its owner learns of it before any handler can be called.
void pool_impl::expect_handlers()
{
    if (!has_handlers_ && !has_handlers_.exchange(true))
        post_call([] {});
}

void pool_impl::accept_arrivals(runner& r)
{
    if (take_in(r))
        r.turn();
}

// Whether there were any.
bool pool_impl::take_in(runner& r)
{
    schedule::arrivals arrived;
    decltype(inbox_for_one_) for_one;
    {
        const std::scoped_lock lock(mutex_);
        drain_posted_ = false;
        std::swap(arrived, inbox_);
        for_one.swap(inbox_for_one_);
    }
    const bool any = !arrived.empty() || !for_one.empty();
    if (!arrived.empty())
        r.accept(std::move(arrived));
    for (auto& [worker, op] : for_one)
        r.accept_for(worker, std::move(op));
    return any;
}

void pool_impl::refuse(const operation_ptr& op, outcome why)
{
    if (!op->settle(std::move(why)))
        return;
    settled_operations one;
    one.add(op);
    post_delivery(std::move(one));
}

// What waits for room was accepted before the pool was closed, so it joins the queue, limit or not. Who sees that the
// pool is closed may destroy its context, so the event is on its way by then.
template <class Event>
void pool_impl::close_door(Event then)
{
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    while (!in_line_.empty()) {
        auto& next = scheduled_operation::of(*in_line_.front());
        inbox_.make_room_for(next);
        admission_.enter_anyway(next.size());
        enqueue(leave_line(next));
    }
    room_.notify_all();
    post_locked(std::move(then));
}

void pool_impl::close()
{
    close_door([](runner& r) { r.close(); });
}

void pool_impl::join(std::shared_ptr<join_operation> waiting, deadline end)
{
    expect_handlers();
    auto slot = boost::asio::get_associated_cancellation_slot(waiting->handler());
    if (slot.is_connected())
        // Not the operation itself: it may own the coroutine that owns the slot.
        slot.assign([weak = weak_from_this(), one = std::weak_ptr(waiting)](boost::asio::cancellation_type type) {
            const auto self = weak.lock();
            const auto cancelled = one.lock();
            if (self && cancelled && type != boost::asio::cancellation_type::none)
                self->post([cancelled](runner& r) { r.stop_joining(cancelled); });
        });
    close_door([waiting = std::move(waiting), end](runner& r) { r.join(waiting, end); });
}

void pool_impl::resize(std::size_t workers)
{
    most_workers_ = workers;
    post([workers](runner& r) { r.resize(workers); });
}

void pool_impl::terminate()
{
    terminating_ = true;
    groups_.kill_all();
    close_door([](runner& r) { r.terminate(); });
}

procpool::stats pool_impl::stats() const
{
    const std::scoped_lock engine_lock(runner_mutex_);
    procpool::stats now = runner_ ? runner_->stats() : last_stats_;
    const std::scoped_lock lock(mutex_);
    const std::size_t arriving = inbox_.size() + inbox_for_one_.size();
    now.submitted += arriving;
    now.waiting += arriving + in_line_.size();
    return now;
}

// Of a copy that fork() made another thread may have the mutex for ever.
boost::asio::any_io_executor pool_impl::executor() const
{
    if (!is_original())
        return boost::asio::system_executor();
    const std::scoped_lock lock(mutex_);
    return executor_;
}

void pool_impl::check_original() const
{
    if (!is_original())
        throw_forked_copy();
}

void pool_impl::check_may_block(const char* what) const
{
    if (runs_loop_of(executor()))
        throw_error(errc::would_deadlock, std::string(what) +
                                              " was called on a thread that runs the pool's loop, which it "
                                              "would block for ever: use co_await, a callback, or another thread");
}

void pool_impl::release()
{
    if (!is_original()) {
        static_cast<void>(thread_.release());
        return keep();
    }
    terminate();
    thread_.reset();
}

// The workers belong to the original, and so does what epoll, which it shares with its copy, watches.
void pool_impl::keep() noexcept
{
    kept_ = shared_from_this();
}

// Returns what the engine has not accepted.
operation_list pool_impl::leave_context() noexcept
{
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    executor_ = {};
    room_.notify_all();
    operation_list left;
    while (!in_line_.empty())
        left.push(leave_line(scheduled_operation::of(*in_line_.front())));
    for (auto& [worker, op] : std::exchange(inbox_for_one_, {}))
        left.push(std::move(op));
    auto unaccepted = std::exchange(inbox_, {});
    for (auto& run : unaccepted.runs())
        for (schedule::task* t = run.tasks.front(); t; t = t->next)
            left.push({&scheduled_operation::of(*t).owner, false});
    return left;
}

void pool_impl::abandon() noexcept
{
    if (!is_original())
        return keep();
    auto never_accepted = leave_context();
    std::unique_ptr<runner> gone;
    {
        const std::scoped_lock lock(runner_mutex_);
        runner_->abandon();
        last_stats_ = runner_->stats();
        last_stats_.workers = last_stats_.ready = last_stats_.busy = last_stats_.waiting = last_stats_.sent = 0;
        gone.swap(runner_);
    }
    desk_.clear();
    while (!never_accepted.empty()) {
        const auto op = never_accepted.pop();
        if (op->settle(made_by(cancelled)))
            op->abandon();
    }
}

} // namespace procpool::detail
