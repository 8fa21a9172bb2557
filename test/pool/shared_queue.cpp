// SPDX-License-Identifier: BSL-1.0
// own executable
// procpool::queue between this process and its workers.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds short_while{5};

void put_numbers(queue<int> into, int count)
{
    for (int i = 0; i != count; ++i)
        into.put(i);
}

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

void put_and_die(queue<int> into)
{
    into.put(7);
    std::raise(SIGKILL);
}

// Blocks in get(), after it has said that it is about to.
int arrive_and_get(const std::string& at, queue<int> from)
{
    arrive(at);
    return from.get();
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

long shared_memory_kib()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

struct picky {
    int value = 0;
    void save(writer& to) const { to(value); }
    void load(reader& from)
    {
        from(value);
        if (value == 13)
            throw std::invalid_argument("13 is not allowed");
    }
};

/// The system executor's reactor has descriptors that stay: made before they are counted.
struct system_reactor {
    system_reactor() { asio::posix::stream_descriptor made{asio::system_executor()}; }
};

struct fixture : system_reactor, pool_on_loop {};

void stop_at_first_copy(detail::queue_step step)
{
    if (step == detail::queue_step::copied)
        std::raise(SIGSTOP);
}

// Is stopped while it has the queue's lock.
void stop_in_put(const std::string& at, queue<int> into)
{
    arrive(at);
    detail::watch_queue_steps(stop_at_first_copy);
    into.put(2);
    detail::watch_queue_steps(nullptr);
}

bool is_stopped(pid_t pid)
{
    return output_of("grep State: /proc/" + std::to_string(pid) + "/status").find("stopped") != std::string::npos;
}

const auto queue_closed = make_error_code(errc::queue_closed);

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_shared_queue, fixture)

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

BOOST_AUTO_TEST_CASE(what_was_put_is_there_although_its_process_is_killed_at_once)
{
    queue<int> numbers;
    run([&]() -> awaitable<void> {
        BOOST_CHECK_THROW(co_await pool->async_submit(put_and_die, numbers), worker_crashed);
        BOOST_TEST(numbers.get() == 7);
    });
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

BOOST_AUTO_TEST_CASE(an_item_that_cannot_be_decoded_is_an_error_of_its_own)
{
    queue<picky> items;
    for (const int value : {1, 13, 2})
        items.put({value});
    BOOST_TEST(items.get().value == 1);
    BOOST_TEST(code_thrown_by([&] { items.get(); }) == make_error_code(errc::not_serializable));
    BOOST_TEST(items.get().value == 2);
}

BOOST_AUTO_TEST_CASE(coroutines_put_and_get_without_blocking_their_loop)
{
    queue<int> numbers(1);
    int sum = 0;
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            for (int i = 1; i <= 100; ++i)
                co_await numbers.async_put(i);
        },
        asio::detached);
    run([&]() -> awaitable<void> {
        for (int i = 1; i <= 100; ++i)
            sum += co_await numbers.async_get();
    });
    BOOST_TEST(sum == 5050);
}

BOOST_AUTO_TEST_CASE(a_coroutine_gets_what_a_worker_puts)
{
    queue<int> numbers(3);
    run([&]() -> awaitable<void> {
        auto putting = pool->async_submit(put_numbers, numbers, 1000);
        for (int i = 0; i != 1000; ++i)
            BOOST_TEST_REQUIRE(co_await numbers.async_get(asio::use_awaitable) == i);
        co_await std::move(putting);
    });
}

BOOST_AUTO_TEST_CASE(every_kind_of_token_works)
{
    queue<int> numbers;
    numbers.async_put(1, asio::use_future).get();
    BOOST_TEST(numbers.async_get(asio::use_future).get() == 1);
    numbers.put(2);
    numbers.async_get(asio::deferred)(
        asio::bind_executor(context, [](std::exception_ptr, int item) { BOOST_TEST(item == 2); }));
    bool is_called = false;
    numbers.close();
    numbers.async_get(asio::bind_executor(context, [&](std::exception_ptr failure, int) {
        is_called = true;
        BOOST_TEST(code_of(failure) == queue_closed);
    }));
    BOOST_TEST(!is_called);
    pool.reset();
    run();
    BOOST_TEST(is_called);
}

BOOST_AUTO_TEST_CASE(a_cancelled_get_takes_nothing)
{
    queue<int> numbers;
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    numbers.async_get(asio::bind_cancellation_slot(
        stop.slot(), asio::bind_executor(context, [&](std::exception_ptr thrown, int) { failure = thrown; })));
    asio::post(context, [&] {
        stop.emit(asio::cancellation_type::total);
        numbers.put(5);
    });
    pool.reset();
    run();
    BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
    BOOST_TEST(numbers.get() == 5);
}

BOOST_AUTO_TEST_CASE(a_get_that_is_cancelled_before_it_was_tried_takes_nothing)
{
    queue<int> numbers;
    numbers.put(5);
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    numbers.async_get(asio::bind_cancellation_slot(
        stop.slot(), asio::bind_executor(context, [&](std::exception_ptr thrown, int) { failure = thrown; })));
    stop.emit(asio::cancellation_type::total);
    pool.reset();
    run();
    BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
    BOOST_TEST(numbers.get() == 5);
}

BOOST_AUTO_TEST_CASE(a_put_beyond_the_largest_file_of_this_process_is_an_error)
{
    rlimit usual{};
    ::getrlimit(RLIMIT_FSIZE, &usual);
    const rlimit low{100'000, usual.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &low);
    queue<std::string> texts;
    texts.put(std::string(50'000, 'x'));
    BOOST_CHECK_EXCEPTION(texts.put(std::string(50'000, 'y')), std::system_error,
                          [](const std::system_error& error) { return error.code() == std::errc::file_too_large; });
    BOOST_TEST(texts.get().size() == 50'000u);
    texts.put("room again");
    BOOST_TEST(texts.get() == "room again");
    ::setrlimit(RLIMIT_FSIZE, &usual);
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_first_destroys_who_waits)
{
    const auto alive = std::make_shared<int>();
    queue<int> numbers;
    {
        asio::io_context brief;
        numbers.async_get(asio::bind_executor(brief, [alive](std::exception_ptr, int) { BOOST_ERROR("called"); }));
        brief.poll();
        BOOST_TEST(alive.use_count() == 2);
    }
    BOOST_TEST(alive.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(who_is_stopped_in_the_middle_of_put_blocks_no_loop_and_no_call_with_a_limit)
{
    gate held(context.get_executor());
    queue<int> numbers;
    numbers.put(1);
    int sum = 0;
    run([&]() -> awaitable<void> {
        auto putting = pool->async_submit(stop_in_put, held.path(), numbers);
        const pid_t stopped = co_await held.async_next();
        BOOST_TEST(eventually([&] { return is_stopped(stopped); }));
        BOOST_TEST(!numbers.get(short_while).has_value());
        BOOST_TEST(!numbers.try_get().has_value());
        BOOST_TEST(!numbers.try_put(3));
        BOOST_TEST(numbers.size() == 1u);
        numbers.async_get(asio::bind_executor(context, [&](std::exception_ptr, int item) { sum += item; }));
        asio::cancellation_signal stop;
        std::exception_ptr failure;
        numbers.async_get(asio::bind_cancellation_slot(
            stop.slot(), asio::bind_executor(context, [&](std::exception_ptr thrown, int) { failure = thrown; })));
        co_await pool->async_submit([] {}); // the loop is alive
        stop.emit(asio::cancellation_type::terminal);
        co_await pool->async_submit([] {});
        BOOST_TEST(code_of(failure) == make_error_code(asio::error::operation_aborted));
        ::kill(stopped, SIGCONT);
        co_await std::move(putting);
        sum += co_await numbers.async_get(asio::use_awaitable);
    });
    BOOST_TEST(sum == 3);
}

BOOST_AUTO_TEST_CASE(memory_is_given_back_when_items_are_got)
{
    queue<std::vector<char>> items;
    const std::vector<char> item(1'000'000);
    items.put(item); // so that it is never empty
    const auto before = shared_memory_kib();
    for (int i = 0; i != 500; ++i) {
        items.put(item);
        items.get();
    }
    BOOST_TEST(shared_memory_kib() - before < 50'000);
}

BOOST_AUTO_TEST_CASE(a_copy_made_by_fork_refuses)
{
    queue<int> numbers;
    numbers.put(1);
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(code_thrown_by([&] { numbers.get(); }) == make_error_code(errc::forked_copy) ? 0 : 1);
    int status = -1;
    ::waitpid(child, &status, 0);
    BOOST_TEST(status == 0);
    BOOST_TEST(numbers.get() == 1);
}

BOOST_AUTO_TEST_CASE(a_queue_does_not_go_through_a_queue)
{
    queue<std::vector<queue<int>>> odd;
    BOOST_TEST(code_thrown_by([&] { odd.put(std::vector<queue<int>>(1)); }) == make_error_code(errc::not_serializable));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
