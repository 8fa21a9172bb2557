// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/live_groups.hpp"
#include "pool/admission.hpp"
#include "pool/news_desk.hpp"
#include "pool/own_thread.hpp"
#include "pool/runner.hpp"

#include <procpool/detail/future_state.hpp>
#include <procpool/detail/process_mark.hpp>
#include <procpool/options.hpp>
#include <procpool/stats.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>

namespace procpool::detail {

/// A pool's state behind its handle: what may be called from any thread. Carries calls to the engine by way of the
/// executor; submissions gather meanwhile, so that a burst costs one wake-up.
class pool_impl : public std::enable_shared_from_this<pool_impl> {
public:
    /// With a context of the caller's, or, without an executor, with a thread of its own.
    static std::shared_ptr<pool_impl> make(boost::asio::any_io_executor executor, pool_options options);
    explicit pool_impl(pool_options options);

    void submit(operation_ptr op, full_queue if_full);
    /// One task for each worker that there is.
    std::vector<future_ptr> broadcast(const call& made, const task_options& options);
    /// Returns whether the task had not started and is revoked now.
    bool cancel(const operation_ptr& op, bool if_running);
    void cancel_pending();
    void kill_workers() { groups_.kill_all(); }
    void terminate_workers(std::chrono::nanoseconds grace);
    void close();
    void join(std::shared_ptr<join_operation> waiting, deadline end);
    void resize(std::size_t workers);
    void terminate();
    procpool::stats stats() const;
    boost::asio::any_io_executor executor() const;
    /// Returns false in a process that was forked after this pool was made.
    bool is_original() const noexcept { return mark_.is_here(); }
    /// Throws errc::forked_copy. From any thread, before any mutex is locked.
    void check_original() const;
    void check_may_block(const char* what) const;
    const pool_options& options() const noexcept { return options_; }
    /// As options or resize() say.
    std::size_t most_workers() const noexcept { return most_workers_; }
    /// Posts a call to the pool's executor, or to the system's when the context is gone.
    template <class Call>
    void post_call(Call call)
    {
        const std::scoped_lock lock(mutex_); // another thread may be destroying the context
        if (executor_)
            boost::asio::post(executor_, std::move(call));
        else
            boost::asio::post(boost::asio::system_executor(), std::move(call));
        nudge();
    }
    /// Lets the calling thread, which waits, run the pool's own loop until over() is true or the deadline has passed,
    /// if it may: never with handlers of the user, which belong on the pool's thread.
    void run_own_loop(const std::function<bool()>& over, deadline until);
    /// Makes the thread that does so, unless it is this one, ask over() again.
    void wake_own_loop();
    /// From now on there are handlers of the user.
    void expect_handlers();
    /// The handle is destroyed.
    void release();
    /// The context is being destroyed.
    void abandon() noexcept;

    // For the engine.
    /// Calls event(engine) alone, then the handlers of the tasks that were settled by it. On the pool's executor.
    template <class Event>
    void run(Event event)
    {
        deliver_in_order(in_engine(event));
    }
    news_desk& desk() noexcept { return desk_; }
    link::live_groups& groups() noexcept { return groups_; }
    bool is_terminating() const noexcept { return terminating_; }
    void tasks_finished(std::size_t tasks, std::size_t bytes);
    /// Whether a worker has nothing to do, and whether there are tasks.
    void set_load(bool any_idle, bool has_tasks) noexcept
    {
        any_idle_.store(any_idle, std::memory_order_relaxed);
        has_tasks_.store(has_tasks, std::memory_order_relaxed);
    }

private:
    void attach(boost::asio::any_io_executor executor);
    template <class Event>
    settled_operations in_engine(Event& event)
    {
        const std::scoped_lock lock(runner_mutex_);
        if (!runner_)
            return {};
        try {
            std::invoke(event, *runner_);
        } catch (...) { // most likely there was no memory: what the event has left undone is done in a turn of its own
            post_turn();
            throw;
        }
        return runner_->take_settled();
    }
    template <class Event>
    void post(Event event);
    template <class Event>
    void post_locked(Event event);
    void keep() noexcept;
    void deliver(settled_operations settled);
    void deliver_in_order(settled_operations settled);
    void post_in_order(settled_operations settled);
    void queue_behind_news(settled_operations settled);
    void deliver_news();
    void deliver_entry(news_desk::entry& next);
    void make_room(std::size_t tasks, std::size_t bytes);
    void post_delivery(settled_operations settled);
    void accept_arrivals(runner& r);
    bool take_in(runner& r);
    template <class Event>
    bool enter_from_anywhere(Event event);
    void post_turn();
    void enqueue(operation_ptr op) noexcept;
    void wake_engine(std::unique_lock<std::mutex> lock);
    void post_drain();
    void nudge();
    bool is_quiet() const;
    void refuse(const operation_ptr& op, outcome why);
    void submit_to(schedule::worker_id worker, operation_ptr op);
    bool enter(const scheduled_operation& scheduled);
    void wait_for_room(std::unique_lock<std::mutex>& lock, const operation_ptr& op);
    operation_list let_in() noexcept;
    void stand_in_line(operation_ptr op) noexcept;
    operation_ptr leave_line(scheduled_operation& scheduled) noexcept;
    operation_list leave_context() noexcept;
    template <class Event>
    void close_door(Event then);

    const process_mark mark_;
    std::shared_ptr<pool_impl> kept_; // itself, in a forked copy
    const pool_options options_;
    link::live_groups groups_;
    std::unique_ptr<own_thread> thread_;
    std::weak_ptr<lent_loop> own_loop_; // of that thread
    std::shared_ptr<loop_shift> own_shift_;
    // A mutex and no strand: the thread that brings an answer goes on to call the handler, without a way through the
    // executor.
    mutable std::mutex runner_mutex_;
    std::unique_ptr<runner> runner_; // null when the context is gone
    bool turn_posted_ = false;
    procpool::stats last_stats_; // then

    news_desk desk_;
    std::atomic<std::size_t> most_workers_;
    std::atomic<bool> terminating_{false};
    std::atomic<bool> any_idle_{false};
    std::atomic<bool> has_tasks_{false};
    std::atomic<bool> has_handlers_{false};

    mutable std::mutex mutex_; // of all that follows
    boost::asio::any_io_executor executor_;
    schedule::arrivals inbox_; // with a reference to each
    std::vector<std::pair<schedule::worker_id, operation_ptr>> inbox_for_one_;
    schedule::task_list in_line_; // for room in the queue; with a reference to each
    std::condition_variable room_;
    admission admission_;
    std::uint64_t last_id_ = 0;
    bool drain_posted_ = false;
    bool closed_ = false;
};

} // namespace procpool::detail
