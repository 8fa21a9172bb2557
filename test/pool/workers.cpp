// SPDX-License-Identifier: BSL-1.0
// Time limits, and what a pool's options do to its workers.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"
#include "support/wait_for_ever.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
constexpr auto as_tuple = asio::as_tuple(use_awaitable);
const auto timed_out = make_error_code(errc::timed_out);

[[noreturn]] void spin()
{
    for (volatile int turns = 0;;)
        turns = turns + 1;
}

pid_t own_pid()
{
    return ::getpid();
}

int initialized_to = 0;

void initialize(int value)
{
    initialized_to = value;
}

std::optional<std::string> variable(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

boost::system::error_code refusal_of(const pool_options& options)
{
    return code_thrown_by([&] { validate(options); });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_workers, pool_on_loop)

BOOST_AUTO_TEST_CASE(only_the_worker_of_a_task_that_timed_out_is_replaced)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 3});
    run([&]() -> awaitable<void> {
        auto first = pool->async_submit(hold, held.path());
        auto second = pool->async_submit(hold, held.path());
        const pid_t one = co_await held.async_next();
        const pid_t other = co_await held.async_next();
        for (const auto endless : {wait_for_ever, spin}) {
            const auto [failure] = co_await pool->async_submit(submit_options{.timeout = std::chrono::milliseconds(50)},
                                                               endless, as_tuple);
            BOOST_TEST(code_of(failure) == timed_out);
        }
        held.open(2);
        std::set<pid_t> pids;
        pids.insert(co_await std::move(first));
        pids.insert(co_await std::move(second));
        BOOST_TEST((pids == std::set<pid_t>{one, other}));
        BOOST_TEST(pool->stats().failed == 2u); // the end of the last killed worker may be counted a moment later
        BOOST_TEST(pool->stats().crashed_workers == 0u);
    });
}

BOOST_FIXTURE_TEST_CASE(time_in_the_queue_does_not_count, one_worker)
{
    constexpr submit_options limited{.timeout = std::chrono::seconds(1)};
    run([&]() -> awaitable<void> {
        auto endless = pool->async_submit(limited, wait_for_ever);
        auto queued = pool->async_submit(limited, own_pid); // waits for as long as it may run
        co_await endless.async_wait(use_awaitable);
        BOOST_TEST(code_thrown_by([&] { endless.get(); }) == timed_out);
        const pid_t pid = co_await std::move(queued);
        BOOST_TEST(pid > 0);
    });
}

BOOST_AUTO_TEST_CASE(a_task_that_ends_in_time_is_left_alone)
{
    run([&]() -> awaitable<void> {
        const pid_t pid =
            co_await pool->async_submit(submit_options{.timeout = std::chrono::nanoseconds::max()}, own_pid);
        BOOST_TEST(pid > 0);
        BOOST_TEST(pool->stats().killed_workers == 0u);
    });
}

BOOST_FIXTURE_TEST_CASE(a_task_for_an_idle_worker_is_sent_before_the_loop_goes_on, one_worker)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        co_await pool->async_submit(own_pid, use_awaitable);
        auto running = pool->async_submit(hold, held.path());
        BOOST_TEST(held.next() > 0); // blocks the loop: the task runs all the same
        held.open();
        BOOST_TEST(co_await std::move(running) > 0);
    });
}

BOOST_AUTO_TEST_CASE(workers_are_started_when_there_is_work_and_no_more_than_are_allowed)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 3});
    run([&]() -> awaitable<void> {
        BOOST_TEST(pool->stats().workers == 0u);
        std::vector<future<pid_t>> all;
        std::set<pid_t> pids;
        for (int i = 0; i != 3; ++i)
            all.push_back(pool->async_submit(hold, held.path()));
        for (int i = 0; i != 3; ++i)
            pids.insert(co_await held.async_next());
        all.push_back(pool->async_submit(own_pid));
        held.open(3);
        for (auto& each : all)
            pids.insert(co_await std::move(each));
        BOOST_TEST(pids.size() == 3u);
        BOOST_TEST(pool->stats().started_workers == 3u);
    });
}

BOOST_AUTO_TEST_CASE(min_workers_are_started_at_once)
{
    pool.emplace(context, pool_options{.workers = 2, .min_workers = 2});
    while (pool->stats().ready != 2)
        BOOST_TEST_REQUIRE(context.run_one() == 1u);
    pool->close();
    run();
}

BOOST_AUTO_TEST_CASE(the_initializer_runs_before_the_first_task)
{
    pool.emplace(context, pool_options{.workers = 1, .initializer = task(initialize, 17)});
    run([&]() -> awaitable<void> {
        const int value = co_await pool->async_submit([] { return initialized_to; });
        BOOST_TEST(value == 17);
        BOOST_TEST(initialized_to == 0);
    });
}

BOOST_AUTO_TEST_CASE(workers_get_their_environment_and_directory)
{
    ::setenv("PROCPOOL_TEST_INHERITED", "kept", 1);
    ::setenv("PROCPOOL_TEST_REMOVED", "secret", 1);
    pool.emplace(context, pool_options{.workers = 1,
                                       .worker = {.env = {{"PROCPOOL_TEST_SET", "a=b"}, {"PROCPOOL_TEST_REMOVED", {}}},
                                                  .cwd = "/usr"}});
    run([&]() -> awaitable<void> {
        const auto inherited = co_await pool->async_submit(variable, "PROCPOOL_TEST_INHERITED");
        const auto set = co_await pool->async_submit(variable, "PROCPOOL_TEST_SET");
        const auto removed = co_await pool->async_submit(variable, "PROCPOOL_TEST_REMOVED");
        const auto directory = co_await pool->async_submit([] { return std::filesystem::current_path(); });
        BOOST_TEST(inherited.value() == "kept");
        BOOST_TEST(set.value() == "a=b");
        BOOST_TEST(!removed.has_value());
        BOOST_TEST(directory == "/usr");
    });
}

BOOST_AUTO_TEST_CASE(a_result_larger_than_max_result_bytes_is_an_error_of_its_task)
{
    pool.emplace(context, pool_options{.workers = 1, .max_result_bytes = 1000});
    run([&]() -> awaitable<void> {
        const auto repeat = [](std::size_t count) { return std::string(count, 'x'); };
        const auto small = co_await pool->async_submit(repeat, 500);
        BOOST_TEST(small.size() == 500u);
        const auto [failure, large] = co_await pool->async_submit(repeat, 100'000, as_tuple);
        BOOST_TEST((failure != nullptr));
        const pid_t pid = co_await pool->async_submit(own_pid); // the pool lives on
        BOOST_TEST(pid > 0);
    });
}

BOOST_AUTO_TEST_CASE(options_outside_their_range_are_refused_by_the_name_of_their_field)
{
    const auto invalid = make_error_code(errc::invalid_option);
    BOOST_TEST(!refusal_of({}));
    BOOST_TEST(refusal_of({.workers = 0}) == invalid);
    BOOST_TEST(refusal_of({.workers = 4097}) == invalid);
    BOOST_TEST(refusal_of({.workers = 1, .min_workers = 2}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.env = {{"", "x"}}}}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.env = {{"A=B", "x"}}}}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.limits = {.address_space = 0}}}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.limits = {.cpu_time = std::chrono::seconds(0)}}}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.limits = {.nice = -21}}}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.limits = {.nice = 20}}}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.limits = {.cpus = {0, 8192}}}}) == invalid);
    BOOST_TEST(!refusal_of({.worker = {.limits = {.open_files = 0, .nice = 19, .cpus = {0, 8191}}}}));
    const std::vector<std::filesystem::path> no_path{"/", ""};
    BOOST_TEST(refusal_of({.worker = {.sandbox = {.readable = no_path}}}) == invalid);
    BOOST_TEST(refusal_of({.worker = {.sandbox = {.writable = no_path}}}) == invalid);
    BOOST_TEST(refusal_of({.start_timeout = std::chrono::seconds(0)}) == invalid);
    BOOST_TEST(refusal_of({.max_pending = 0}) == invalid);
    BOOST_TEST(refusal_of({.faults = {{.nth = 0}}}) == invalid);
    BOOST_TEST(refusal_of({.faults = {{.error = 0}}}) == invalid);
    BOOST_TEST(refusal_of({.faults = {{.delay = std::chrono::nanoseconds(-1)}}}) == invalid);
    BOOST_TEST(refusal_of({.max_pending_bytes = 0}) == invalid);
    BOOST_TEST(refusal_of({.max_result_bytes = 0}) == invalid);
    BOOST_TEST(code_thrown_by([&] { procpool::pool(context, {.workers = 0}); }) == invalid);
    const submit_options no_time{.timeout = std::chrono::seconds(0)};
    BOOST_TEST(code_thrown_by([&] { pool->async_submit(no_time, own_pid); }) == invalid);
    BOOST_CHECK_EXCEPTION(validate(pool_options{.workers = 0}), boost::system::system_error, [](const auto& error) {
        return std::string(error.what()).find("pool_options::workers") != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
