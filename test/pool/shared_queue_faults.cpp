// SPDX-License-Identifier: BSL-1.0
// own executable, with shared_queue.cpp
// What goes wrong around a procpool::queue, and that the queue goes on.
#include "pool/shared_queue.hpp"
#include "support/gate.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

void put_and_die(queue<int> into)
{
    into.put(7);
    std::raise(SIGKILL);
}

void die_when_committed(detail::queue_step step)
{
    if (step == detail::queue_step::committed)
        std::raise(SIGKILL);
}

void put_until_committed(queue<int> into)
{
    detail::watch_queue_steps(die_when_committed);
    into.put(7);
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

// Is killed while three puts wait for room.
void wait_for_room_and_die(const std::string& at, queue<int> into)
{
    asio::io_context loop;
    for (int i = 0; i != 3; ++i)
        into.async_put(i, asio::bind_executor(loop, asio::detached));
    loop.poll();
    arrive(at);
    std::raise(SIGKILL);
}

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

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_shared_queue_faults, queue_on_loop)

BOOST_AUTO_TEST_CASE(what_was_put_is_there_although_its_process_is_killed_at_once)
{
    queue<int> numbers;
    run([&]() -> awaitable<void> {
        BOOST_CHECK_THROW(co_await pool->async_submit(put_and_die, numbers), worker_crashed);
        BOOST_TEST(numbers.get() == 7);
    });
}

BOOST_AUTO_TEST_CASE(who_waits_is_woken_although_who_put_is_killed_at_once)
{
    queue<int> numbers;
    int got = 0;
    numbers.async_get(asio::bind_executor(context, [&](std::exception_ptr, int item) { got = item; }));
    context.poll(); // it waits
    run([&]() -> awaitable<void> {
        BOOST_CHECK_THROW(co_await pool->async_submit(put_until_committed, numbers), worker_crashed);
    });
    BOOST_TEST(got == 7);
}

BOOST_AUTO_TEST_CASE(puts_that_wait_end_with_their_process)
{
    gate held(context.get_executor());
    queue<int> numbers(1);
    numbers.put(7);
    run([&]() -> awaitable<void> {
        auto putting = pool->async_submit(wait_for_room_and_die, held.path(), numbers);
        co_await held.async_next();
        BOOST_CHECK_THROW(co_await std::move(putting), worker_crashed);
        BOOST_TEST(co_await numbers.async_get() == 7);
        BOOST_TEST(numbers.empty());
        co_await numbers.async_put(8);
        BOOST_TEST(co_await numbers.async_get() == 8);
    });
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

BOOST_AUTO_TEST_CASE(a_put_beyond_the_largest_file_of_this_process_is_an_error)
{
    rlimit usual{};
    ::getrlimit(RLIMIT_FSIZE, &usual);
    const rlimit none{0, usual.rlim_max};
    const rlimit low{100'000, usual.rlim_max};
    queue<std::string> texts;
    texts.put(std::string(50'000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &low); // later than the queue was made
    const auto is_too_large = [](const std::system_error& error) { return error.code() == std::errc::file_too_large; };
    BOOST_CHECK_EXCEPTION(texts.put(std::string(50'000, 'y')), std::system_error, is_too_large);
    ::setrlimit(RLIMIT_FSIZE, &none);
    BOOST_CHECK_EXCEPTION(queue<int>(), std::system_error, is_too_large);
    ::setrlimit(RLIMIT_FSIZE, &low);
    BOOST_TEST(texts.get().size() == 50'000u);
    texts.put("room again");
    BOOST_TEST(texts.get() == "room again");
    ::setrlimit(RLIMIT_FSIZE, &usual);
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
