// SPDX-License-Identifier: BSL-1.0
// own executable
// A program that forks, as prefork servers, daemons and death tests do, and uses the library in the new process.
#include "support/pool_on_loop.hpp"
#include "support/skip.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool;
using procpool::test::code_thrown_by;
using procpool::test::is_sanitized;
using procpool::test::is_thread_sanitized;
using procpool::test::nothing_left_behind;
namespace asio = boost::asio;

const auto forked = make_error_code(errc::forked_copy);
constexpr std::size_t big = std::size_t{256} * 1024; // goes through shared memory

pid_t own_pid()
{
    return ::getpid();
}
pid_t parent_pid()
{
    return ::getppid();
}
int sum(const std::vector<int>& numbers)
{
    return std::accumulate(numbers.begin(), numbers.end(), 0);
}
std::vector<char> filled(std::size_t size, char with)
{
    return std::vector<char>(size, with);
}
[[noreturn]] void fail(const std::string& why)
{
    throw std::out_of_range(why);
}

/// ThreadSanitizer lets no copy of a process with threads start one, and AddressSanitizer copies the locks of its memory
/// as they are at the fork.
bool is_skipped(bool by_sanitizer)
{
    if (by_sanitizer)
        test::skip("this sanitizer does not support a fork while other threads run");
    return by_sanitizer;
}

/// Runs body in a forked copy, which must return true there within a generous limit.
template <class Body>
bool holds_in_a_fork(Body body)
{
    std::cout.flush(); // else the copy would write it again
    const pid_t copy = ::fork();
    if (copy == 0) {
        ::alarm(60); // a deadlock is a failure and no hang
        ::_exit(body() ? 0 : 1);
    }
    int status = -1;
    ::waitpid(copy, &status, 0);
    return status == 0;
}

/// All that a pool does with what the library has only one of.
bool works(pool_options options)
{
    pool made(std::move(options));
    const bool big_ones = made.async_submit(filled, big, 'a').get() == filled(big, 'a');
    const bool sums = made.async_submit(sum, std::vector<int>(big, 1)).get() == static_cast<int>(big);
    bool threw = false;
    try {
        made.async_submit(fail, "as it should").get();
    } catch (const std::out_of_range&) {
        threw = true;
    }
    const auto mapped = made.map([](int n) { return n * n; }, std::vector{1, 2, 3});
    return big_ones && sums && threw && mapped == std::vector{1, 4, 9};
}

bool a_process_works()
{
    process one([] { test::wait_for_ever(); });
    one.start();
    const bool is_known = active_children().size() == 1;
    one.kill();
    one.join();
    return is_known && one.exit_code() == -SIGKILL && active_children().empty();
}

bool queues_and_pipes_work()
{
    queue<int> numbers;
    auto [here, there] = make_pipe<int>();
    pool made({.workers = 1});
    auto task = made.async_submit(
        [](queue<int> to, procpool::pipe<int> to_host) {
            to.put(to_host.recv());
            to_host.send(3);
        },
        numbers, std::move(there));
    here.send(2);
    return numbers.get() == 2 && here.recv() == 3 && (task.get(), true);
}

/// Threads that use the library all the time.
class hammering {
public:
    explicit hammering(pool& of)
    {
        threads_.emplace_back([&] { repeat([&] { of.async_submit(filled, big, 'x').get(); }); });
        threads_.emplace_back([&] { repeat([&] { code_thrown_by([&] { of.async_submit(fail, "often").get(); }); }); });
        threads_.emplace_back([&] { repeat([&] { of.map([](int n) { return n; }, std::vector<int>(100)); }); });
        threads_.emplace_back([&] { repeat([] { pool({.workers = 1, .start = start_method::inline_}); }); });
        threads_.emplace_back([&] { repeat([] { active_children(); }); });
    }
    hammering(const hammering&) = delete;
    hammering& operator=(const hammering&) = delete;
    ~hammering()
    {
        over_ = true;
        for (auto& each : threads_)
            each.join();
    }

private:
    template <class Step>
    void repeat(Step step)
    {
        while (!over_)
            step();
    }

    std::atomic<bool> over_{false};
    std::vector<std::thread> threads_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(race_after_fork, nothing_left_behind)

BOOST_AUTO_TEST_CASE(after_a_pool_is_gone_a_fork_can_make_another)
{
    if (is_skipped(is_thread_sanitized))
        return;
    BOOST_TEST(works({.workers = 1}));
    BOOST_TEST(works({.workers = 1, .start = start_method::inline_}));
    BOOST_TEST(holds_in_a_fork([] { return works({.workers = 1}); }));
    BOOST_TEST(holds_in_a_fork([] { return works({.workers = 1, .start = start_method::inline_}); }));
    BOOST_TEST(holds_in_a_fork([] { return works({.workers = 1, .start = start_method::forkserver}); }));
}

BOOST_AUTO_TEST_CASE(while_a_pool_lives_a_fork_can_make_another_and_has_no_part_in_the_old_one)
{
    if (is_skipped(is_thread_sanitized))
        return;
    pool old({.workers = 1});
    const pid_t worker = old.async_submit(own_pid).get();
    auto ready = old.async_submit(own_pid);
    while (!ready.ready())
        std::this_thread::yield();
    auto running = old.async_submit([] { ::pause(); });
    BOOST_TEST(holds_in_a_fork([&] {
        const bool threw = code_thrown_by([&] { old.async_submit(own_pid); }) == forked &&
                           code_thrown_by([&] { ready.get(); }) == forked &&
                           code_thrown_by([&] { running.get(); }) == forked &&
                           code_thrown_by([&] { procpool::wait(std::span(&running, 1)); }) == forked;
        pool own({.workers = 1});
        return threw && own.async_submit(parent_pid).get() == ::getpid() && works({.workers = 2});
    }));
    running.cancel();
    BOOST_TEST(ready.get() == worker);
}

BOOST_AUTO_TEST_CASE(processes_queues_and_pipes_work_in_a_fork)
{
    if (is_skipped(is_thread_sanitized))
        return;
    BOOST_TEST(a_process_works());
    BOOST_TEST(queues_and_pipes_work());
    process old({.daemon = true}, [] { ::pause(); });
    old.start();
    queue<int> kept;
    BOOST_TEST(holds_in_a_fork([&] {
        return code_thrown_by([&] { kept.put(1); }) == forked && code_thrown_by([&] { old.kill(); }) == forked &&
               a_process_works() && queues_and_pipes_work();
    }));
    BOOST_TEST(old.is_alive());
}

BOOST_AUTO_TEST_CASE(a_fork_of_a_fork_works_too)
{
    if (is_skipped(is_thread_sanitized))
        return;
    pool old({.workers = 1});
    BOOST_TEST(old.async_submit(own_pid).get() > 0);
    BOOST_TEST(holds_in_a_fork([&] {
        pool own({.workers = 1});
        own.async_submit(own_pid).get();
        return holds_in_a_fork([&] {
            return code_thrown_by([&] { own.async_submit(own_pid); }) == forked &&
                   code_thrown_by([&] { old.async_submit(own_pid); }) == forked && works({.workers = 1});
        });
    }));
}

BOOST_AUTO_TEST_CASE(a_task_that_forks_can_use_pools_there)
{
    if (is_skipped(is_thread_sanitized))
        return;
    pool outer({.workers = 1});
    BOOST_TEST(outer.async_submit([] { return holds_in_a_fork([] { return works({.workers = 1}); }); }).get());
    pool here({.workers = 1, .start = start_method::inline_});
    BOOST_TEST(here.async_submit([] { return holds_in_a_fork([] { return works({.workers = 1}); }); }).get());
}

BOOST_AUTO_TEST_CASE(whatever_other_threads_do_at_the_fork_the_new_process_can_use_the_library)
{
    if (is_skipped(is_sanitized))
        return;
    pool busy({.workers = 2});
    const hammering threads(busy);
    for (int turn = 0; turn != 30; ++turn)
        BOOST_TEST_REQUIRE(holds_in_a_fork([] { return works({.workers = 1}) && a_process_works(); }));
}

/// What a copy does that leaves by exit() or by the end of main.
BOOST_AUTO_TEST_CASE(a_copy_that_destroys_its_context_takes_nothing_from_that_of_the_original)
{
    if (is_skipped(is_thread_sanitized))
        return;
    std::optional<asio::io_context> context(std::in_place);
    std::optional<pool> made(std::in_place, *context, pool_options{.workers = 1});
    std::optional<pool> ending(std::in_place, *context, pool_options{.workers = 1});
    queue<int> orders;
    queue<int> numbers;
    auto [here, there] = make_pipe<int>();
    process single(
        {.daemon = true}, [](queue<int> from) { from.get(); }, orders);
    single.start();
    auto started = ending->async_submit(own_pid);
    auto task = made->async_submit([](queue<int> from) { return from.get(); }, orders);
    auto got = numbers.async_get(asio::bind_executor(*context, asio::use_future));
    auto ready = async_wait_ready({here}, asio::bind_executor(*context, asio::use_future));
    auto joined = single.async_join(asio::bind_executor(*context, asio::use_future));
    while (!started.ready())
        context->run_one_for(std::chrono::minutes(1));
    ending.reset(); // its worker is not reaped yet
    context->poll();

    BOOST_TEST(holds_in_a_fork([&] {
        made.reset();
        context.reset();
        return true;
    }));

    orders.put(1);
    orders.put(2);
    numbers.put(3);
    there.send(4);
    auto done = made->async_submit([] { return 5; });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    const auto is_done = [](auto& each) { return each.wait_for(std::chrono::seconds(0)) == std::future_status::ready; };
    while (!(task.ready() && done.ready() && is_done(got) && is_done(ready) && is_done(joined)) &&
           std::chrono::steady_clock::now() < deadline)
        context->run_one_for(std::chrono::milliseconds(100));
    BOOST_TEST(task.ready());
    BOOST_TEST(done.ready());
    BOOST_TEST(is_done(got));
    BOOST_TEST(is_done(ready));
    BOOST_TEST(is_done(joined));
}

BOOST_AUTO_TEST_CASE(a_death_test_may_follow_other_tests)
{
    if (is_skipped(is_thread_sanitized))
        return;
    BOOST_TEST(works({.workers = 1}));
    const pid_t copy = ::fork();
    if (copy == 0) {
        const pool_options options{.workers = 1};
        pool made(options);
        made.async_submit(own_pid).get();
        std::signal(SIGABRT, SIG_DFL);
        std::abort(); // what a death test waits for
    }
    int status = 0;
    ::waitpid(copy, &status, 0);
    BOOST_TEST((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
}

BOOST_AUTO_TEST_CASE(a_buffer_that_a_fork_writes_stays_as_it_was_in_the_original_process)
{
    if (is_skipped(is_thread_sanitized))
        return;
    const pool keeps_regions({.workers = 1});
    buffer<char> bytes(big);
    bytes.writable()[0] = 'p';
    BOOST_TEST(holds_in_a_fork([&] {
        bytes.writable()[0] = 'c';
        return bytes[0] == 'c';
    }));
    BOOST_TEST(bytes[0] == 'p');
}

BOOST_AUTO_TEST_SUITE_END()
