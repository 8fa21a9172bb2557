// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/collect.hpp>
#include <procpool/detail/handler_operation.hpp>
#include <procpool/detail/range_source.hpp>
#include <procpool/detail/token.hpp>
#include <procpool/future.hpp>
#include <procpool/options.hpp>
#include <procpool/result_stream.hpp>
#include <procpool/stats.hpp>
#include <procpool/task.hpp>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <tuple>
#include <utility>

namespace procpool {

namespace detail {

using join_handler = boost::asio::any_completion_handler<void(boost::system::error_code)>;

/// Closes the pool and calls the handler when nothing is left of it, or, where there is a limit, terminates it then.
PROCPOOL_DECL void start_join(const std::shared_ptr<pool_impl>& pool, deadline end, join_handler handler);

struct initiate_join {
    std::shared_ptr<pool_impl> pool;

    using awaited_by_value = void;
    using executor_type = boost::asio::any_io_executor;
    executor_type get_executor() const { return executor_of(pool); }

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        start_join(pool, {}, std::forward<Handler>(handler));
    }
    /// The limit takes the place of an earlier one, also where it is none.
    template <class Handler, class Rep, class Period>
    void operator()(Handler&& handler, std::chrono::duration<Rep, Period> limit) const
    {
        start_join(pool, deadline_in(limit).value_or(std::chrono::steady_clock::time_point::max()),
                   std::forward<Handler>(handler));
    }
};

} // namespace detail

/// A pool of worker processes that run functions.
///
/// main must call run_if_worker() before a pool is made, because workers are started from this same program, unless
/// pool_options::executable names another one or start_method::inline_ needs none.
///
/// The object is a handle on the pool's state. Destroying it kills every worker, with its process group, at once and
/// never waits for a task; outstanding operations complete with asio::error::operation_aborted while the context runs.
/// So a pool at the end of its scope ends as Python's multiprocessing.Pool does, not as concurrent.futures' executors
/// do: call join() before, and all that was submitted is finished.
/// If the context never runs again, the workers are reaped and the handlers destroyed, uninvoked, when the context is
/// destroyed, as Asio does; a blocked future::get() throws then. A pool that was moved from throws errc::pool_closed on
/// use.
///
/// A pool that has workers keeps its context busy, as a server's acceptor does: io_context::run() returns after close()
/// and the end of the last task, or after the pool was destroyed.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe, except moving, assigning and destroying.
/// @par fork           A copy of a pool in a process that the host forked throws errc::forked_copy on use; destroying
///                     it kills nothing.
class PROCPOOL_DECL pool {
public:
    using executor_type = boost::asio::any_io_executor;

    /// A pool on the caller's event loop: an io_context, a thread_pool, a strand of one, run by any number of threads.
    /// Nothing of the pool ever blocks that loop but for the start of a process (about a third of a millisecond), with
    /// containment::cgroup its end (until its group is empty, a second at most), and with start_method::inline_ the
    /// tasks themselves.
    ///
    /// @par Throws  boost::system::system_error: errc::not_initialized when main has not called run_if_worker() and
    ///              must; errc::invalid_option with the field's name; errc::too_many_descriptors when RLIMIT_NOFILE
    ///              cannot hold the workers.
    explicit pool(const executor_type& executor, pool_options options = {});
    /// The same, for an object with get_executor().
    template <class Context>
        requires std::convertible_to<Context&, boost::asio::execution_context&>
    explicit pool(Context& context, pool_options options = {}) : pool(context.get_executor(), std::move(options))
    {
    }
    /// A pool with a background thread and an io_context of its own, for programs without an event loop. Handlers
    /// without an executor of their own run on that thread, where nobody can catch what they, on_event or on_output
    /// throw: it ends the program (std::terminate). The destructor waits for the one that runs there, so do not destroy
    /// the pool while you hold a lock that it needs.
    explicit pool(pool_options options = {});
    pool(pool&& other) noexcept;
    /// Destroys the pool that this object was.
    pool& operator=(pool&& other) noexcept;
    ~pool();

    /// The executor of handlers that have none of their own.
    executor_type get_executor() const;

    /// Runs a task in one of the worker processes: `async_submit(fn, args...)` returns a future<R>, with the task
    /// already queued; `async_submit(fn, args..., token)` is an Asio operation.
    ///
    /// Arguments are converted to fn's own parameter types and encoded before this function returns, so they need not
    /// outlive it. The task joins the queue now (future, callback, use_future, detached) or when launched (deferred,
    /// use_awaitable), and starts when a worker is free. The last argument is the token if it is of an Asio token type,
    /// or if fn cannot be called with it; `async_submit(procpool::task(fn, args...), token)` leaves no doubt.
    ///
    /// @par Completes when     the worker has answered, the call was cancelled, its time limit passed, or no worker
    ///                         can answer any more.
    /// @par Signature          void(std::exception_ptr, R), for void: void(std::exception_ptr)
    /// @par Cancellation
    ///   - waiting: terminal, partial, total. The call never reaches a worker.
    ///   - running: terminal, partial. Completes at once; submit_options::on_cancel says what becomes of the task. No
    ///     other task is harmed. total alone is ignored: the task may have had effects already.
    /// @par Errors             as exception_ptr:
    ///   - what the task itself threw: standard and registered types as themselves, others as task_error
    ///   - worker_crashed      the process ended before it had answered, and submit_options::retries are used up
    ///   - boost::system::system_error with errc::pool_closed, queue_full, timed_out, queue_timed_out,
    ///     deadline_exceeded, quarantined, start_failed, unknown_task, module_mismatch, not_serializable,
    ///     too_many_descriptors or protocol_error; with boost::system::errc::not_enough_memory when this process has no
    ///     memory for the result
    ///   - boost::system::system_error with asio::error::operation_aborted when the call was cancelled or the pool
    ///     terminated
    ///     outcome_of() gives each of them as a task_end.
    /// @par With `||`          Asio's `||` waits for the first success: a task that crashed at once loses the race, and
    ///                         the timer beside it seems to have won. With asio::as_tuple a failure ends the race too:
    ///                         `async_submit(fn, args..., as_tuple(use_awaitable)) || timer.async_wait(use_awaitable)`.
    /// @par Executor           the token's own, else the pool's; never called from inside this function. Handlers on
    ///                         the pool's executor whose outcomes arrive together are called one after the other by one
    ///                         thread, also where several run the context: none of them should wait for another.
    /// @par Thread safety      Distinct objects: safe. Shared objects: safe.
    /// @par Lifetime           The pool object may be destroyed while the operation is outstanding.
    /// @par Throws             what the codec of an argument throws; errc::module_mismatch when fn lies in a library
    ///                         without a build id; errc::invalid_option; errc::forked_copy; errc::would_deadlock
    ///                         (when_full::wait); std::bad_alloc. Then nothing was started.
    template <class F, class... Rest>
        requires(!std::same_as<std::remove_cvref_t<F>, submit_options>)
    auto async_submit(F&& fn, Rest&&... rest)
    {
        return submit(detail::task_options(), std::forward<F>(fn), std::forward<Rest>(rest)...);
    }
    template <class F, class... Rest>
    auto async_submit(const submit_options& options, F&& fn, Rest&&... rest)
    {
        return submit(detail::task_options(options), std::forward<F>(fn), std::forward<Rest>(rest)...);
    }

    /// Runs fn for each element of a range: `for (auto& thumbnail : pool.imap(shrink, files))`. The results come in the
    /// order of the input.
    ///
    /// The elements are arguments of fn, converted and encoded as those of async_submit(); a tuple that fn does not
    /// take as it is gives its parts. The input is read as results are taken: here, and inside of the stream's
    /// functions, by one thread at a time; it may be endless, and its elements need not be copyable. Short elements are
    /// sent together, as map_options say. The tasks wait for room in the queue, whatever pool_options::when_full says.
    /// Dropping the stream cancels all that has not started, unlike dropping a future or Python's iterator: keep it and
    /// take its results, or call map() where nobody looks at them.
    /// Elements cannot have descriptors in them (queues, pipes): that is errc::not_serializable for that element;
    /// submit a task for each.
    ///
    /// @param range        as with views: one that is given as an lvalue must outlive the stream, another one is moved
    ///                     in.
    /// @return             a result_stream<R>.
    /// @par Throws         errc::invalid_option; errc::forked_copy; what the codec of fn throws.
    /// @par Thread safety  Distinct objects: safe. Shared objects: safe.
    template <class F, std::ranges::viewable_range Range>
        requires(!std::same_as<std::remove_cvref_t<F>, map_options>)
    auto imap(F&& fn, Range&& range)
    {
        return imap(map_options(), std::forward<F>(fn), std::forward<Range>(range));
    }
    template <class F, std::ranges::viewable_range Range>
    auto imap(const map_options& options, F&& fn, Range&& range)
    {
        return stream(options, true, fn, std::views::all(std::forward<Range>(range)));
    }

    /// Runs fn for each element of a range, as imap() does, and gives the results in the order in which they arrive.
    /// result_stream::index() tells which element a result, or an exception, belongs to.
    template <class F, std::ranges::viewable_range Range>
        requires(!std::same_as<std::remove_cvref_t<F>, map_options>)
    auto imap_unordered(F&& fn, Range&& range)
    {
        return imap_unordered(map_options(), std::forward<F>(fn), std::forward<Range>(range));
    }
    template <class F, std::ranges::viewable_range Range>
    auto imap_unordered(const map_options& options, F&& fn, Range&& range)
    {
        return stream(options, false, fn, std::views::all(std::forward<Range>(range)));
    }

    /// imap(), with all results in a vector, in the order of the input. Blocks.
    ///
    /// @par Errors  those of imap() and result_stream::next(); after the first, in the order of the input, what has not
    ///              started is cancelled.
    /// @par Throws  also errc::would_deadlock on a thread that runs the pool's loop.
    template <class F, std::ranges::viewable_range Range>
        requires(!std::same_as<std::remove_cvref_t<F>, map_options>)
    auto map(F&& fn, Range&& range)
    {
        return map(map_options(), std::forward<F>(fn), std::forward<Range>(range));
    }
    template <class F, std::ranges::viewable_range Range>
    auto map(const map_options& options, F&& fn, Range&& range)
    {
        detail::check_may_block(usable(), "procpool::pool::map()");
        auto results = imap(options, std::forward<F>(fn), std::forward<Range>(range));
        std::vector<typename decltype(results)::value_type> all;
        while (auto one = results.next())
            all.push_back(*std::move(one));
        return all;
    }

    /// The same as an Asio operation.
    ///
    /// @param range  is moved in, or copied. It is read when the operation is launched and, as results arrive, on the
    ///               handler's executor.
    /// @par Signature      void(std::exception_ptr, std::vector<R>)
    /// @par Cancellation   terminal, partial, total: completes at once with operation_aborted; what has not started
    ///                     never runs, what runs ends unheard.
    /// @par Errors         those of map(); after the first, what has not started is cancelled, and the vector is empty.
    /// @par Executor       the token's own, else the pool's; never called from inside this function.
    /// @par Throws         errc::forked_copy; what the codec of fn throws; when launched, errc::invalid_option.
    /// @par Thread safety, Lifetime  as async_submit().
    template <class F, std::ranges::input_range Range, class Token = const boost::asio::deferred_t&>
        requires(!std::same_as<std::remove_cvref_t<F>, map_options>)
    auto async_map(F&& fn, Range&& range, Token&& token = boost::asio::deferred)
    {
        return async_map(map_options(), std::forward<F>(fn), std::forward<Range>(range), std::forward<Token>(token));
    }
    template <class F, std::ranges::input_range Range, class Token = const boost::asio::deferred_t&>
    auto async_map(const map_options& options, F&& fn, Range&& range, Token&& token = boost::asio::deferred)
    {
        using view = std::views::all_t<std::decay_t<Range>>;
        using R = detail::stream_value_t<view, F>;
        return boost::asio::async_initiate<Token, void(std::exception_ptr, std::vector<R>)>(
            detail::initiate_map<R>{usable()}, token,
            detail::setup_stream(options, true, std::decay_t<F>(std::forward<F>(fn)),
                                 std::views::all(std::decay_t<Range>(std::forward<Range>(range)))));
    }

    /// Runs fn once on each worker that there is, behind the task that it has: those that are starting too, but not
    /// those that start later: use pool_options::initializer for them. Arguments as for async_submit(). It is accepted
    /// whatever max_pending and max_pending_bytes say, and counts for later submissions.
    ///
    /// @return             a future for each of these workers, in the order in which they were started; none when the
    ///                     pool has not started any, exactly one with start_method::inline_. The future of a worker
    ///                     that ends before it has answered fails with worker_crashed, or, when it was not sent the
    ///                     task any more, operation_aborted; those of a pool that is closed with errc::pool_closed.
    /// @par Throws         as async_submit(); also errc::not_serializable for a buffer of 64 KiB or more.
    /// @par Thread safety, Lifetime  as async_submit().
    template <class F, class... Args>
    auto broadcast(F&& fn, Args&&... arguments)
    {
        return broadcast_task(make_task(std::forward<F>(fn), std::forward<Args>(arguments)...));
    }

    /// Cancels all tasks that have not started: they are revoked inside this call and never run. Their callers get
    /// operation_aborted, and streams end. Running tasks go on, and the pool takes further tasks. Never waits for a task
    /// or a handler.
    void cancel_pending();

    /// Kills every worker with its process group at once: the tasks that run fail with worker_crashed, or run again if
    /// their options say so; others notice nothing. The pool starts new workers. Never blocks.
    void kill_workers();

    /// Sends SIGTERM to every worker with its process group, and SIGKILL to those that are still there after `grace`.
    /// A task that ends in time delivers its result; the other running tasks fail as after kill_workers(). A task that
    /// has not started runs on a new worker. A worker that is still starting is killed at once, and so is a worker that
    /// this process may not signal. Never waits for a task or a handler.
    ///
    /// @param grace  Not negative; zero: SIGKILL at once, without SIGTERM.
    /// @par Throws   errc::invalid_option. Then nothing has changed.
    void terminate_workers(std::chrono::nanoseconds grace = std::chrono::seconds(1));

    /// Accepts no more tasks: later submissions fail with errc::pool_closed. Those accepted before are finished; then
    /// the workers are told to end. Never blocks.
    void close();

    /// Changes how many workers there are at most, 1 to 4096, and with it min_workers if that is greater. Workers
    /// beyond it finish the task that they run, and end; what was sent to them and has not started runs elsewhere.
    /// Never blocks.
    ///
    /// @par Throws  errc::invalid_option; errc::too_many_descriptors. Then nothing has changed.
    void resize(std::size_t workers);

    /// Closes the pool and waits until all tasks are done and all workers are reaped.
    ///
    /// @par Signature      void(boost::system::error_code)
    /// @par Cancellation   terminal, partial, total: the wait ends with operation_aborted; the pool stays closed.
    /// @par Executor       the handler's own, else the pool's.
    /// @par Thread safety  Distinct objects: safe. Shared objects: safe.
    template <boost::asio::completion_token_for<void(boost::system::error_code)> Token>
    auto async_join(Token&& token)
    {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(detail::initiate_join{usable()},
                                                                                   token);
    }

    /// The same, blocking.
    ///
    /// @par Throws  errc::would_deadlock on a thread that runs the pool's loop; asio::error::operation_aborted when the
    ///              pool's context is destroyed meanwhile.
    void join();

    /// Closes the pool, waits at most `limit` for its tasks, then terminates it; completes when all workers are reaped.
    /// The error is errc::timed_out when tasks were cut off.
    ///
    /// @par Signature, Cancellation, Executor, Thread safety  as async_join.
    template <class Rep, class Period, boost::asio::completion_token_for<void(boost::system::error_code)> Token>
    auto async_shutdown(std::chrono::duration<Rep, Period> limit, Token&& token)
    {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(detail::initiate_join{usable()},
                                                                                   token, limit);
    }

    /// Kills every worker with its process group at once; outstanding operations complete with operation_aborted. The
    /// pool is closed afterwards. Never blocks.
    void terminate();

    /// A snapshot, in which every outcome that anybody has seen is counted. From any thread; never waits for a task.
    procpool::stats stats() const;

private:
    const std::shared_ptr<detail::pool_impl>& usable() const;

    template <class R>
    static task<R> make_task(task<R> made)
    {
        return made;
    }
    template <class F, class... Args>
    static auto make_task(F&& fn, Args&&... arguments)
    {
        return task(std::forward<F>(fn), std::forward<Args>(arguments)...);
    }

    template <class F, class... Rest>
    auto submit(detail::task_options options, F&& fn, Rest&&... rest)
    {
        if constexpr (detail::last_is_token<F, Rest...>())
            return submit_with_token(std::move(options), std::make_index_sequence<sizeof...(Rest) - 1>{},
                                     std::forward<F>(fn), std::forward_as_tuple(std::forward<Rest>(rest)...));
        else
            return submit_for_future(options, make_task(std::forward<F>(fn), std::forward<Rest>(rest)...));
    }

    template <class R>
    future<R> submit_for_future(const detail::task_options& options, task<R>&& made)
    {
        detail::future_ptr state(new detail::future_state(std::move(made).encoded(), options, usable()), false);
        detail::submit(usable(), state, detail::full_queue::block_caller);
        return future<R>(std::move(state));
    }

    template <class R>
    std::vector<future<R>> broadcast_task(const task<R>& made)
    {
        std::vector<future<R>> all;
        for (auto& each : detail::broadcast(usable(), made.encoded()))
            all.push_back(future<R>(std::move(each)));
        return all;
    }

    template <class F, class View>
    auto stream(const map_options& options, bool in_order, const F& fn, View view)
    {
        return result_stream<detail::stream_value_t<View, F>>(detail::make_stream(
            usable(), detail::setup_stream(options, in_order, std::decay_t<F>(fn), std::move(view))));
    }

    template <std::size_t... I, class F, class Rest>
    auto submit_with_token(detail::task_options options, std::index_sequence<I...>, F&& fn, Rest rest)
    {
        return initiate(std::move(options), std::get<sizeof...(I)>(std::move(rest)),
                        make_task(std::forward<F>(fn), std::get<I>(std::move(rest))...));
    }

    template <class Token, class R>
    auto initiate(detail::task_options options, Token&& token, task<R>&& made)
    {
        constexpr bool is_token = boost::asio::completion_token_for<Token, detail::completion_signature_t<R>>;
        constexpr bool good_result = detail::flaw_of_result<R>() == detail::result_flaw::none;
        static_assert(
            std::is_void_v<R> || std::is_default_constructible_v<R> || !good_result,
            "procpool: a completion token needs a result that can be default-constructed, to have something to "
            "pass beside an error; use the form that returns a future, or return a std::optional");
        static_assert(is_token || !good_result,
                      "procpool: the last argument is neither an argument of the task nor a completion token for "
                      "void(std::exception_ptr, R)");
        if constexpr (is_token && good_result)
            return boost::asio::async_initiate<Token, detail::completion_signature_t<R>>(
                detail::initiate_submit<R>{detail::pool_reference(usable()), std::move(options)}, token,
                std::move(made).encoded());
        else
            return detail::refused_operation<R>();
    }

    std::shared_ptr<detail::pool_impl> impl_;
};

} // namespace procpool
