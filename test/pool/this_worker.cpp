// SPDX-License-Identifier: BSL-1.0
// What a worker keeps, what it does at its end, and pools that let go of tasks or workers.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

const auto aborted = make_error_code(asio::error::operation_aborted);

struct table {
    explicit table(std::string its_name) : name(std::move(its_name)), made_in(::getpid()) {}
    std::string name;
    pid_t made_in;
    int uses = 0;
};

struct table_of_tables {
    std::string name = this_worker::state<table>("from a constructor").name;
};

std::pair<std::string, int> use_table(const std::string& name)
{
    auto& here = this_worker::state<table>(name);
    return {here.name, here.made_in == ::getpid() ? ++here.uses : -1};
}

void load_table(const std::string& name)
{
    this_worker::state<table>(name);
}

struct fails_once {
    fails_once(bool fails)
    {
        if (fails)
            throw std::domain_error("not yet");
    }
};

bool make_fails_once(bool fails)
{
    this_worker::state<fails_once>(fails);
    return true;
}

void append(const std::string& file, const std::string& line)
{
    std::ofstream(file, std::ios::app) << line << '\n';
}

void write_at_exit(const std::string& file)
{
    this_worker::at_exit([file] { append(file, "first"); });
    this_worker::at_exit([file] {
        append(file, "second");
        this_worker::at_exit([file] { append(file, "third"); });
    });
}

void fork_a_child_that_exits()
{
    if (::fork() == 0)
        std::exit(0);
}

std::string content_of(const std::string& file)
{
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

int same(int x)
{
    return x;
}

std::atomic<bool> has_sigterm = false;

/// Ends when it is told to by SIGTERM.
int end_by_sigterm(const std::string& gate)
{
    std::signal(SIGTERM, [](int) { has_sigterm = true; });
    arrive(gate);
    while (!has_sigterm)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return 7;
}

void ignore_sigterm(const std::string& gate)
{
    std::signal(SIGTERM, SIG_IGN);
    hold(gate);
}

template <class R>
int signal_that_ended(future<R>& crashed)
{
    try {
        crashed.get();
    } catch (const worker_crashed& why) {
        return why.status().signal.value_or(0);
    }
    return 0;
}

struct with_folder : nothing_left_behind {
    temporary_directory folder;
    std::string file = (folder.path() / "file").string();
};

} // namespace

BOOST_AUTO_TEST_SUITE(pool_this_worker)

BOOST_FIXTURE_TEST_CASE(a_worker_keeps_one_object_of_a_type_for_all_its_tasks, nothing_left_behind)
{
    procpool::pool pool({.workers = 1, .initializer = procpool::task(load_table, "from the initializer")});
    for (int i = 1; i != 4; ++i) {
        const auto [name, uses] = pool.async_submit(use_table, "from a task").get();
        BOOST_TEST(name == "from the initializer");
        BOOST_TEST(uses == i);
    }
    pool.kill_workers();
    while (pool.stats().crashed_workers == 0)
        std::this_thread::yield();
    BOOST_TEST(pool.async_submit(use_table, "").get().second == 1); // of a new worker
}

BOOST_AUTO_TEST_CASE(state_is_that_of_this_process_outside_of_workers)
{
    BOOST_TEST(this_worker::state<table_of_tables>().name == "from a constructor");
    BOOST_TEST(&this_worker::state<table>("ignored") == &this_worker::state<table>("likewise"));
}

BOOST_FIXTURE_TEST_CASE(state_whose_constructor_throws_is_made_by_the_next_call, nothing_left_behind)
{
    procpool::pool pool({.workers = 1});
    auto failed = pool.async_submit(make_fails_once, true);
    BOOST_CHECK_THROW(failed.get(), std::domain_error);
    BOOST_TEST(pool.async_submit(make_fails_once, false).get());
}

BOOST_FIXTURE_TEST_CASE(exit_hooks_run_in_reverse_order_when_the_pool_needs_the_worker_no_more, with_folder)
{
    procpool::pool pool({.workers = 1, .initializer = procpool::task(write_at_exit, file)});
    pool.async_submit(fork_a_child_that_exits).get(); // it calls none
    BOOST_TEST(content_of(file).empty());
    pool.join();
    BOOST_TEST(content_of(file) == "second\nthird\nfirst\n");
}

BOOST_FIXTURE_TEST_CASE(exit_hooks_do_not_run_in_a_worker_that_is_killed, with_folder)
{
    procpool::pool pool({.workers = 1, .initializer = procpool::task(write_at_exit, file)});
    pool.async_submit(same, 1).get();
    pool.terminate();
    pool.join();
    BOOST_TEST(content_of(file).empty());
}

BOOST_FIXTURE_TEST_CASE(a_broadcast_runs_once_on_each_worker, nothing_left_behind)
{
    procpool::pool pool({.workers = 3});
    BOOST_TEST(pool.broadcast(::getpid).empty()); // there is none yet
    asio::io_context for_gate;
    gate held(for_gate.get_executor());
    std::vector<future<pid_t>> running;
    std::set<pid_t> workers;
    for (int i = 0; i != 3; ++i) {
        running.push_back(pool.async_submit(hold, held.path()));
        workers.insert(held.next());
    }
    std::vector<future<pid_t>> waiting;
    for (int i = 0; i != 10; ++i)
        waiting.push_back(pool.async_submit(hold, held.path()));
    auto all = pool.broadcast(::getpid);
    BOOST_TEST(all.size() == 3u);
    BOOST_TEST(wait(all, return_when::first_completed, std::chrono::nanoseconds(1)).done.empty());
    held.open(13);
    std::set<pid_t> reached;
    for (auto& each : all)
        reached.insert(each.get());
    BOOST_TEST((reached == workers));
    wait(waiting);
    auto failing = pool.broadcast([](const std::string& why) { throw std::domain_error(why); }, "no");
    for (auto& each : failing)
        BOOST_CHECK_THROW(each.get(), std::domain_error);
    pool.close();
    for (auto& each : pool.broadcast(::getpid)) // those that are still there
        BOOST_TEST(code_thrown_by([&] { each.get(); }) == make_error_code(errc::pool_closed));
}

BOOST_FIXTURE_TEST_CASE(a_broadcast_reaches_workers_that_are_starting_and_tells_of_those_that_die, nothing_left_behind)
{
    procpool::pool pool({.workers = 2, .min_workers = 2});
    while (pool.stats().workers != 2)
        std::this_thread::yield();
    std::set<pid_t> reached;
    for (auto& each : pool.broadcast(::getpid))
        reached.insert(each.get());
    BOOST_TEST(reached.size() == 2u);
    auto dying = pool.broadcast([] { ::raise(SIGKILL); });
    auto behind = pool.broadcast(::getpid);
    for (auto& each : dying)
        BOOST_CHECK_THROW(each.get(), worker_crashed);
    for (auto& each : behind)
        if (const auto failure = each.exception())
            BOOST_TEST((code_of(failure) == aborted || !code_of(failure))); // worker_crashed has no code
        else // of a worker that was there already in the place of one that had died
            BOOST_TEST(!reached.contains(each.get()));
    BOOST_TEST(!reached.contains(pool.async_submit(::getpid).get()));
}

BOOST_FIXTURE_TEST_CASE(killed_workers_are_replaced_and_tasks_that_have_not_started_notice_nothing, pool_on_loop)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        auto one = pool->async_submit(hold, held.path());
        auto other = pool->async_submit(hold, held.path());
        std::set<pid_t> killed;
        killed.insert(co_await held.async_next());
        killed.insert(co_await held.async_next());
        auto again = pool->async_submit({.retries = 1, .retry_pause = {}}, ::getpid);
        auto waiting = pool->async_submit(::getpid);
        pool->kill_workers();
        BOOST_TEST(!killed.contains(co_await std::move(waiting)));
        BOOST_TEST(!killed.contains(co_await std::move(again)));
        co_await when_all(std::tie(one, other));
        for (auto* each : {&one, &other})
            BOOST_CHECK_EXCEPTION(each->get(), worker_crashed,
                                  [](const auto& e) { return e.status().signal == SIGKILL; });
    });
}

BOOST_FIXTURE_TEST_CASE(terminated_workers_have_a_grace_and_are_replaced, nothing_left_behind)
{
    asio::io_context for_gate;
    gate held(for_gate.get_executor());
    procpool::pool pool({.workers = 2});
    auto ends = pool.async_submit(end_by_sigterm, held.path());
    auto dies = pool.async_submit(hold, held.path());
    const std::set<pid_t> ended{held.next(), held.next()};
    auto waiting = pool.async_submit(::getpid);
    auto again = pool.async_submit({.retries = 1, .retry_pause = {}}, ::getpid);
    pool.terminate_workers(std::chrono::hours(1));
    BOOST_TEST(ends.get() == 7);
    BOOST_TEST(signal_that_ended(dies) == SIGTERM);
    BOOST_TEST(!ended.contains(waiting.get()));
    BOOST_TEST(!ended.contains(again.get()));

    for (const auto grace : {std::chrono::milliseconds(50), std::chrono::milliseconds(0)}) {
        auto stays = pool.async_submit(ignore_sigterm, held.path());
        held.next();
        pool.terminate_workers(grace);
        BOOST_TEST(signal_that_ended(stays) == SIGKILL);
    }
    BOOST_TEST(pool.async_submit(same, 1).get() == 1);
    BOOST_TEST(code_thrown_by([&] { pool.terminate_workers(std::chrono::nanoseconds(-1)); }) ==
               make_error_code(errc::invalid_option));
}

BOOST_FIXTURE_TEST_CASE(what_is_pending_is_cancelled_and_what_runs_goes_on, one_worker)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1, .max_pending = 5, .when_full = when_full::wait});
    run([&]() -> awaitable<void> {
        auto running = pool->async_submit(hold, held.path());
        co_await held.async_next();
        auto sent_ahead = pool->async_submit(same, 1);
        std::vector<future<int>> waiting;
        for (int i = 0; i != 3; ++i)
            waiting.push_back(pool->async_submit(same, i));
        boost::system::error_code in_line;
        pool->async_submit(same, 1, [&](const std::exception_ptr& failure, int) { in_line = code_of(failure); });
        while (!sent_ahead.running())
            co_await asio::post(context, asio::use_awaitable);
        pool->cancel_pending();
        int later = 0; // is not meant
        pool->async_submit(same, 7, [&](const std::exception_ptr&, int result) { later = result; });
        co_await when_all(waiting);
        co_await sent_ahead.async_wait(asio::use_awaitable);
        for (auto& each : waiting)
            BOOST_TEST(code_thrown_by([&] { each.get(); }) == aborted);
        BOOST_TEST(code_thrown_by([&] { sent_ahead.get(); }) == aborted);
        BOOST_TEST(!running.ready());
        held.open();
        const pid_t pid = co_await std::move(running);
        BOOST_TEST(pid > 0);
        co_await pool->async_join(asio::use_awaitable);
        BOOST_TEST(later == 7);
        BOOST_TEST(in_line == aborted);
    });
}

BOOST_FIXTURE_TEST_CASE(what_rests_before_its_next_run_is_pending_too, nothing_left_behind)
{
    procpool::pool pool({.workers = 1});
    auto resting = pool.async_submit({.retries = 1, .retry_pause = std::chrono::hours(1)}, [] { ::raise(SIGKILL); });
    while (pool.stats().retried == 0)
        std::this_thread::yield();
    pool.cancel_pending();
    BOOST_TEST(code_thrown_by([&] { resting.get(); }) == aborted);
    auto stream = pool.imap({.chunk_size = 1}, same, std::views::iota(0));
    pool.cancel_pending();
    for (bool over = false; !over;) // it ends
        code_thrown_by([&] { over = !stream.next(); });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
