// SPDX-License-Identifier: BSL-1.0
// A task that has not started is revoked inside cancel(), wherever it waits, also while a handler occupies the pool's
// thread. The outcome comes through the executor all the same.
#include "support/gate.hpp"
#include "support/ledger.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <future>
#include <map>
#include <ranges>
#include <thread>
#include <unistd.h>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;

const auto aborted = make_error_code(asio::error::operation_aborted);

void no_op() {}

int same(int x)
{
    return x;
}

int note_and_return(const std::string& file, int entry)
{
    note(file, static_cast<std::size_t>(entry));
    return entry;
}

/// One worker, a loop that only the test runs, and a ledger of the tasks that have run.
struct one_busy_worker : one_worker {
    temporary_directory folder;
    std::string file = folder / "ledger";
    ledger runs{file, 100};
    gate held{context.get_executor()};
    const mailbox last_has_run;

    /// So many tasks of no length make the pool send as many ahead as it ever does.
    awaitable<void> make_it_send_far_ahead()
    {
        std::vector<future<void>> all;
        for (int i = 0; i != 2'000; ++i)
            all.push_back(pool->async_submit(no_op));
        co_await when_all(all);
    }

    struct sent_ahead {
        future<pid_t> running;
        std::vector<future<int>> behind;
        future<void> last;
    };
    /// One task runs and waits at the gate, `count` more and a last one are with its worker, and do not come back as
    /// long as the loop does not run.
    awaitable<sent_ahead> arrange(int count)
    {
        for (;;) {
            co_await make_it_send_far_ahead();
            sent_ahead all{pool->async_submit(hold, held.path()), {}, {}};
            for (int i = 0; i != count; ++i)
                all.behind.push_back(pool->async_submit(note_and_return, file, i));
            all.last = pool->async_submit(tell, last_has_run.path(), 1);
            co_await held.async_next();
            if (pool->stats().sent == static_cast<std::size_t>(count) + 2)
                co_return all;
            held.open(); // the machine is slow: the pool has taken them back
            co_await when_all(std::tie(all.running, all.last));
            co_await when_all(all.behind);
            last_has_run.receive();
            runs = ledger(file, 100);
        }
    }
    /// The worker has passed all of them, without help of the loop.
    void let_them_run()
    {
        held.open();
        last_has_run.receive();
    }
};

template <class R>
void check_aborted(future<R>& cancelled)
{
    BOOST_TEST(code_thrown_by([&] { cancelled.get(); }) == aborted);
}

} // namespace

BOOST_AUTO_TEST_SUITE(pool_cancel)

BOOST_FIXTURE_TEST_CASE(a_task_that_was_sent_ahead_is_revoked_while_a_handler_occupies_the_loop, one_busy_worker)
{
    run([&]() -> awaitable<void> {
        auto all = co_await arrange(3);
        BOOST_TEST(all.behind[0].cancel());
        std::thread([&] { BOOST_TEST(all.behind[2].cancel()); }).join();
        for (const int i : {0, 2})
            BOOST_TEST(!all.behind[static_cast<std::size_t>(i)].ready()); // that is for the loop to say
        let_them_run();
        for (const int i : {0, 1, 2})
            BOOST_TEST(runs.count(static_cast<std::size_t>(i)) == (i == 1 ? 1u : 0u));
        co_await when_all(all.behind);
        BOOST_TEST(all.behind[1].get() == 1);
        check_aborted(all.behind[0]);
        check_aborted(all.behind[2]);
        co_await when_all(std::tie(all.running, all.last));
        BOOST_TEST(pool->stats().killed_workers == 0u);
    });
}

BOOST_FIXTURE_TEST_CASE(a_cancellation_slot_revokes_what_was_sent_ahead_inside_emit, one_busy_worker)
{
    run([&]() -> awaitable<void> {
        auto all = co_await arrange(1);
        asio::cancellation_signal signal;
        bool done = false;
        std::move(all.behind[0])(asio::bind_cancellation_slot(
            signal.slot(), [&](const std::exception_ptr& failure, int) { done = code_of(failure) == aborted; }));
        signal.emit(asio::cancellation_type::total);
        BOOST_TEST(!done);
        let_them_run();
        BOOST_TEST(runs.count(0) == 0u);
        co_await when_all(std::tie(all.running, all.last));
        BOOST_TEST(done);
    });
}

BOOST_FIXTURE_TEST_CASE(what_is_pending_is_revoked_inside_cancel_pending, one_busy_worker)
{
    run([&]() -> awaitable<void> {
        auto all = co_await arrange(3);
        auto arriving = pool->async_submit(same, 1); // the loop does not know of it yet
        pool->cancel_pending();
        auto later = pool->async_submit(same, 2);
        const auto now = pool->stats();
        BOOST_TEST(now.sent == 1u);
        BOOST_TEST(now.waiting == 1u);
        BOOST_TEST(now.cancelled == 5u);
        BOOST_TEST(!all.behind[0].ready());
        held.open();
        co_await when_all(std::tie(all.running, all.last, arriving, later));
        co_await when_all(all.behind);
        BOOST_TEST(later.get() == 2);
        check_aborted(arriving);
        for (std::size_t i = 0; i != all.behind.size(); ++i)
            BOOST_TEST(runs.count(i) == 0u);
        BOOST_TEST(last_has_run.is_empty());
    });
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_is_dropped_or_cancelled_revokes_what_has_not_started, one_busy_worker)
{
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto dropped = std::make_optional(pool->imap({.chunk_size = 1}, same, std::views::iota(0)));
        auto cancelled = pool->imap({.chunk_size = 1}, same, std::views::iota(0));
        asio::cancellation_signal signal;
        std::exception_ptr failure;
        pool->async_map({.chunk_size = 1}, same, std::views::iota(0))(
            asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr f, const auto&) { failure = f; }));
        BOOST_TEST(pool->stats().waiting + pool->stats().sent == 13u); // four of each, and the one that runs
        dropped.reset();
        BOOST_TEST(pool->stats().waiting + pool->stats().sent == 9u);
        cancelled.cancel();
        BOOST_TEST(pool->stats().waiting + pool->stats().sent == 5u);
        signal.emit(asio::cancellation_type::terminal);
        BOOST_TEST(pool->stats().waiting + pool->stats().sent == 1u);
        BOOST_TEST(!failure);
        held.open();
        co_await std::move(running);
        co_await pool->async_submit(no_op);
        BOOST_TEST(code_of(failure) == aborted);
        BOOST_TEST(pool->stats().cancelled == 12u);
        BOOST_TEST(!(co_await cancelled.async_next()));
    });
}

BOOST_FIXTURE_TEST_CASE(cancel_says_whether_it_kept_the_task_from_running, one_worker)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        auto finished = pool->async_submit(same, 1);
        co_await finished.async_wait(use_awaitable);
        BOOST_TEST(!finished.cancel());
        BOOST_TEST(finished.get() == 1);

        auto resting =
            pool->async_submit({.retries = 1, .retry_pause = std::chrono::hours(1)}, [] { ::raise(SIGKILL); });
        while (pool->stats().retried == 0)
            co_await asio::post(use_awaitable);
        BOOST_TEST(resting.cancel());
        BOOST_TEST(!resting.ready());

        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto queued = pool->async_submit(same, 1);
        auto behind = pool->async_submit(same, 1);
        co_await asio::post(use_awaitable); // they have left the inbox
        auto arriving = pool->async_submit(same, 1);
        for (auto* each : {&queued, &behind, &arriving}) {
            BOOST_TEST(each->cancel());
            BOOST_TEST(!each->cancel()); // it was cancelled before
            BOOST_TEST(!each->ready());
        }
        BOOST_TEST(!running.cancel());
        BOOST_TEST(!running.ready());
        co_await when_all(std::tie(running, queued, behind, arriving, resting));
        check_aborted(running);
        check_aborted(queued);
        check_aborted(behind);
        check_aborted(arriving);
        check_aborted(resting);
        co_await pool->async_submit(no_op); // the pool has healed
        auto of_a_dead_pool = pool->async_submit(same, 1);
        pool.reset();
        co_await of_a_dead_pool.async_wait(use_awaitable);
        BOOST_TEST(!of_a_dead_pool.cancel());
        check_aborted(of_a_dead_pool);
    });
}

BOOST_FIXTURE_TEST_CASE(a_task_that_waits_for_room_leaves_the_line_at_once, one_worker)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending = 1, .when_full = when_full::wait});
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        asio::cancellation_signal signal;
        std::exception_ptr failure;
        pool->async_submit(
            same, 1, asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr f, int) { failure = f; }));
        BOOST_TEST(pool->stats().waiting == 1u);
        signal.emit(asio::cancellation_type::terminal);
        BOOST_TEST(pool->stats().waiting == 0u);
        BOOST_TEST(!failure);
        held.open();
        co_await std::move(running);
        co_await pool->async_submit(no_op);
        BOOST_TEST(code_of(failure) == aborted);
    });
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_task_makes_room_for_one_that_waits, one_worker)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending = 2, .when_full = when_full::wait});
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto given_up = pool->async_submit(same, 1);
        int result = 0;
        pool->async_submit(same, 7, [&](const std::exception_ptr&, int x) { result = x; });
        BOOST_TEST(given_up.cancel());
        co_await given_up.async_wait(use_awaitable);
        held.open();
        co_await std::move(running);
        co_await pool->async_submit(no_op);
        BOOST_TEST(result == 7);
    });
}

BOOST_FIXTURE_TEST_CASE(a_running_task_is_ended_while_a_handler_occupies_the_loop, one_worker)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit({.grace = {}, .kill_grace = {}}, hold, held.path());
        const watched_process worker(co_await held.async_next());
        BOOST_TEST(!running.cancel());
        BOOST_TEST(worker.ends());
        BOOST_TEST(!running.ready());
        co_await running.async_wait(use_awaitable);
        check_aborted(running);
    });
}

BOOST_FIXTURE_TEST_CASE(a_context_that_never_runs_again_aborts_what_was_cancelled, nothing_left_behind)
{
    for (const auto start : {start_method::spawn, start_method::inline_}) {
        auto context = std::make_optional<asio::io_context>();
        pool p(*context, {.workers = 1, .start = start});
        auto task = p.async_submit(same, 1);
        BOOST_TEST(task.cancel());
        BOOST_TEST(!task.ready());
        context.reset();
        BOOST_TEST(!task.cancel());
        check_aborted(task);
    }
}

BOOST_FIXTURE_TEST_CASE(an_inline_pool_says_so_too, nothing_left_behind)
{
    static std::promise<void> begins, may_end;
    const auto wait_here = [] {
        begins.set_value();
        may_end.get_future().wait();
    };
    pool p({.start = start_method::inline_});
    auto running = p.async_submit(wait_here);
    begins.get_future().wait(); // on the pool's own thread, which is busy from now on
    auto waiting = p.async_submit(same, 1);
    auto pending = p.async_submit(same, 2);
    BOOST_TEST(waiting.cancel());
    BOOST_TEST(!waiting.cancel());
    BOOST_TEST(!waiting.ready());
    p.cancel_pending();
    BOOST_TEST(p.stats().waiting == 0u);
    BOOST_TEST(p.stats().cancelled == 2u);
    BOOST_TEST(!running.cancel());
    BOOST_TEST(!running.ready());
    may_end.set_value();
    check_aborted(running);
    check_aborted(waiting);
    check_aborted(pending);
    p.join();
    BOOST_TEST(p.stats().succeeded == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
