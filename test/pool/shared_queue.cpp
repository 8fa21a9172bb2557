// SPDX-License-Identifier: BSL-1.0
// own executable
// procpool::queue between this process and its workers.
#include "pool/shared_queue.hpp"
#include "support/gate.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

std::vector<int> get_numbers(queue<int> from, int count)
{
    std::vector<int> all;
    while (static_cast<int>(all.size()) != count)
        all.push_back(from.get());
    return all;
}

// Until the queue is closed.
long get_all(queue<long> from)
{
    long sum = 0;
    try {
        for (;;)
            sum += from.get();
    } catch (const boost::system::system_error& error) {
        BOOST_TEST(error.code() == make_error_code(errc::queue_closed));
    }
    return sum;
}

void put_multiples(queue<long> into, long of)
{
    for (long i = 0; i != 1000; ++i)
        into.put(i * of);
}

std::string get_and_put(queue<std::string> from, queue<std::string> into)
{
    auto text = from.get();
    into.put(text + text);
    return text;
}

void finish(queue<int> from)
{
    from.get();
    from.task_done();
}

std::size_t total(const std::vector<queue<int>>& all)
{
    std::size_t sum = 0;
    for (const auto& each : all)
        sum += each.size();
    return sum;
}

// Blocks in get(), after it has said that it is about to.
int arrive_and_get(const std::string& at, queue<int> from)
{
    arrive(at);
    return from.get();
}

struct numbered_queue {
    queue<int> numbers;
    int number = 0;
};

void put_its_number(const numbered_queue& into)
{
    into.numbers.put(into.number);
}

void put_into_constant(const queue<int>& into, int item)
{
    into.put(item);
}

std::optional<queue<int>> kept;

void keep(queue<int> given)
{
    kept = std::move(given);
}

void put_into_kept(int item)
{
    kept->put(item);
}

void put_into(queue<int> into, int item)
{
    into.put(item);
}

// Uses the queue between passing it on and its way to the worker, which is not up yet.
void put_while_it_is_passed_on()
{
    procpool::pool own({.workers = 1});
    auto putting = own.async_submit(put_into, *kept, 1);
    kept->put(2);
    putting.get();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_shared_queue, queue_on_loop)

BOOST_AUTO_TEST_CASE(what_one_process_puts_another_gets_in_the_same_order)
{
    queue<int> numbers;
    run([&]() -> awaitable<void> {
        auto got = pool->async_submit(get_numbers, numbers, 10'000);
        co_await pool->async_submit(put_numbers, numbers, 10'000);
        const auto all = co_await std::move(got);
        for (int i = 0; i != 10'000; ++i)
            BOOST_TEST_REQUIRE(all[static_cast<std::size_t>(i)] == i);
        BOOST_TEST(numbers.empty());
    });
}

BOOST_AUTO_TEST_CASE(many_put_and_many_get)
{
    pool.emplace(context, pool_options{.workers = 6});
    queue<long> numbers(5);
    run([&]() -> awaitable<void> {
        std::vector<future<long>> getting;
        std::vector<future<void>> putting;
        for (long i = 1; i != 4; ++i) {
            getting.push_back(pool->async_submit(get_all, numbers));
            putting.push_back(pool->async_submit(put_multiples, numbers, i));
        }
        for (auto& each : putting)
            co_await std::move(each);
        numbers.close();
        long sum = 0;
        for (auto& each : getting)
            sum += co_await std::move(each);
        BOOST_TEST(sum == (1 + 2 + 3) * 999 * 1000 / 2);
    });
}

BOOST_AUTO_TEST_CASE(an_item_has_any_size)
{
    queue<std::string> there;
    queue<std::string> back;
    run([&]() -> awaitable<void> {
        for (const std::size_t size : {0UL, 1UL, 1000UL, 1024UL, 100'000UL, 30'000'000UL}) {
            const std::string text(size, 'x');
            there.put(text);
            BOOST_TEST((co_await pool->async_submit(get_and_put, there, back) == text));
            BOOST_TEST((back.get() == text + text));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_queue_in_another_argument_is_the_same_queue)
{
    std::vector<queue<int>> all(3);
    for (auto& each : all)
        each.put(1);
    run([&]() -> awaitable<void> { BOOST_TEST(co_await pool->async_submit(total, all) == 3u); });
}

BOOST_AUTO_TEST_CASE(an_aggregate_may_have_a_queue)
{
    queue<int> numbers;
    const numbered_queue argument{numbers, 3};
    run([&]() -> awaitable<void> {
        co_await pool->async_submit(put_its_number, argument);
        BOOST_TEST(numbers.get() == 3);
    });
}

BOOST_AUTO_TEST_CASE(a_constant_handle_puts_into_the_same_queue)
{
    queue<int> numbers;
    run([&]() -> awaitable<void> {
        co_await pool->async_submit(put_into_constant, numbers, 3);
        BOOST_TEST(numbers.get() == 3);
    });
}

BOOST_AUTO_TEST_CASE(a_queue_that_was_moved_from_is_still_the_same_queue)
{
    queue<int> numbers;
    queue<int> moved = std::move(numbers);
    moved.put(1);
    BOOST_TEST(numbers.size() == 1u); // NOLINT(bugprone-use-after-move): it is promised
    queue<int> assigned;
    assigned = std::move(moved);
    BOOST_TEST(moved.get() == 1); // NOLINT(bugprone-use-after-move)
    BOOST_TEST(assigned.empty());
}

BOOST_AUTO_TEST_CASE(a_queue_goes_with_an_initializer)
{
    for (const auto how : {start_method::spawn, start_method::forkserver}) {
        queue<int> numbers;
        pool.emplace(context, pool_options{.workers = 3, .start = how, .initializer = task(keep, numbers)});
        run([&]() -> awaitable<void> {
            std::vector<future<void>> putting;
            for (int i = 0; i != 300; ++i)
                putting.push_back(pool->async_submit(put_into_kept, 1));
            for (auto& each : putting)
                co_await std::move(each);
        });
        BOOST_TEST(numbers.size() == 300u);
    }
}

BOOST_AUTO_TEST_CASE(a_queue_that_an_initializer_was_given_works_in_workers_that_may_open_no_files)
{
    using procpool::syscall_profile;
    for (const auto profile : {syscall_profile::compute, syscall_profile::readonly}) {
        queue<int> numbers;
        pool.emplace(context, pool_options{.workers = 3,
                                           .start = start_method::forkserver,
                                           .initializer = task(keep, numbers),
                                           .worker = {.sandbox = {.syscalls = profile,
                                                                  .optional = {procpool::sandbox_feature::syscalls}}}});
        run([&]() -> awaitable<void> {
            std::vector<future<void>> putting;
            for (int i = 0; i != 300; ++i)
                putting.push_back(pool->async_submit(put_into_kept, 1));
            for (auto& each : putting)
                co_await std::move(each);
        });
        BOOST_TEST(numbers.size() == 300u);
    }
}

BOOST_AUTO_TEST_CASE(a_queue_that_an_initializer_was_given_can_be_passed_on_and_used_at_once)
{
    queue<int> numbers;
    pool.emplace(context,
                 pool_options{.workers = 1, .start = start_method::forkserver, .initializer = task(keep, numbers)});
    run([&]() -> awaitable<void> { co_await pool->async_submit(put_while_it_is_passed_on); });
    BOOST_TEST(numbers.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_full_queue_takes_no_more_until_somebody_gets)
{
    queue<int> numbers(2);
    BOOST_TEST(numbers.maxsize() == 2u);
    BOOST_TEST(numbers.try_put(1));
    BOOST_TEST(!numbers.full());
    numbers.put(2);
    BOOST_TEST(numbers.full());
    BOOST_TEST(!numbers.try_put(3));
    BOOST_TEST(!numbers.put(3, short_while));
    std::thread getter([&] { BOOST_TEST(numbers.get() == 1); });
    numbers.put(3);
    getter.join();
    BOOST_TEST(numbers.size() == 2u);
    BOOST_TEST(numbers.get() == 2);
    BOOST_TEST(numbers.get(1min).value() == 3);
}

BOOST_AUTO_TEST_CASE(an_empty_queue_gives_nothing_until_somebody_puts)
{
    queue<int> numbers;
    BOOST_TEST(!numbers.try_get().has_value());
    BOOST_TEST(!numbers.get(short_while).has_value());
    std::thread putter([&] { numbers.put(7); });
    BOOST_TEST(numbers.get(1min).value() == 7);
    putter.join();
    BOOST_TEST(numbers.empty());
    BOOST_TEST(!numbers.full());
}

BOOST_AUTO_TEST_CASE(what_is_left_can_be_got_after_close_and_then_everybody_is_told)
{
    queue<int> numbers(2);
    numbers.put(1);
    numbers.put(2);
    std::thread putter([&] { BOOST_TEST(code_thrown_by([&] { numbers.put(3); }) == queue_closed); });
    numbers.close();
    putter.join();
    BOOST_TEST(numbers.is_closed());
    BOOST_TEST(code_thrown_by([&] { numbers.try_put(3); }) == queue_closed);
    BOOST_TEST(numbers.get() == 1);
    BOOST_TEST(numbers.try_get().value() == 2);
    BOOST_TEST(code_thrown_by([&] { numbers.get(); }) == queue_closed);
    BOOST_TEST(code_thrown_by([&] { numbers.try_get(); }) == queue_closed);
    numbers.close();
}

BOOST_AUTO_TEST_CASE(it_works_where_most_system_calls_are_forbidden)
{
    queue<std::string> there;
    queue<std::string> back(1);
    pool.emplace(context, pool_options{.worker = {.sandbox = {.syscalls = syscall_profile::compute,
                                                              .optional = {sandbox_feature::syscalls}}}});
    run([&]() -> awaitable<void> {
        there.put("text");
        BOOST_TEST(co_await pool->async_submit(get_and_put, there, back) == "text");
        BOOST_TEST(back.get() == "texttext");
    });
}

BOOST_AUTO_TEST_CASE(who_waits_in_a_worker_is_told_of_close)
{
    gate held(context.get_executor());
    queue<int> numbers;
    run([&]() -> awaitable<void> {
        auto waiting = pool->async_submit(arrive_and_get, held.path(), numbers);
        co_await held.async_next();
        numbers.close();
        std::exception_ptr failure;
        try {
            co_await std::move(waiting);
        } catch (...) {
            failure = std::current_exception();
        }
        BOOST_TEST(code_of(failure) == queue_closed);
    });
}

BOOST_AUTO_TEST_CASE(join_returns_when_each_item_is_done)
{
    queue<int> numbers;
    numbers.join();
    for (int i = 0; i != 10; ++i)
        numbers.put(i);
    BOOST_TEST(!numbers.join(short_while));
    run([&]() -> awaitable<void> {
        std::vector<future<void>> finishing;
        for (int i = 0; i != 10; ++i)
            finishing.push_back(pool->async_submit(finish, numbers));
        co_await numbers.async_join();
        BOOST_TEST(numbers.join(0s));
        BOOST_TEST(numbers.empty());
        for (auto& each : finishing)
            co_await std::move(each);
    });
    BOOST_CHECK_THROW(numbers.task_done(), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
