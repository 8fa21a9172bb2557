// SPDX-License-Identifier: BSL-1.0
// own executable
// wait_ready(): queues, pipes, processes and descriptors, whichever is ready first.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using places = std::vector<std::size_t>;

/// A descriptor of the test's own.
struct event {
    event() = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    ~event() { ::close(fd); }
    void raise() const { ::eventfd_write(fd, 1); }

    int fd = ::eventfd(0, EFD_CLOEXEC);
};

void put_behind_gate(queue<int> to, const std::string& gate)
{
    hold(gate);
    to.put(1);
}

void send_and_end(pipe<int> to)
{
    to.send(1);
}

/// Leaves the flag of an empty queue raised, as a process that is killed in get() does.
void die_in_get(queue<int> from)
{
    detail::watch_queue_steps([](detail::queue_step step) {
        if (step == detail::queue_step::committed)
            ::_exit(0);
    });
    from.get();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_wait_ready, nothing_left_behind)

BOOST_AUTO_TEST_CASE(it_says_which_are_ready)
{
    queue<int> empty, full, closed;
    full.put(1);
    closed.close();
    auto [left, right] = make_pipe<int>();
    event raised, lowered;
    raised.raise();
    const std::vector<waitable> all{empty, left, full, lowered.fd, right, closed, raised.fd};
    BOOST_TEST(wait_ready(all) == (places{2, 5, 6}), boost::test_tools::per_element());
    left.send(1);
    BOOST_TEST(wait_ready(all, 0s) == (places{2, 4, 5, 6}), boost::test_tools::per_element());
    BOOST_TEST(right.recv() == 1); // nothing was taken
    BOOST_TEST(full.get() == 1);
    right.close();
    BOOST_TEST(wait_ready({empty, left, closed}, 1h) == (places{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_limit)
{
    queue<int> empty;
    event lowered;
    BOOST_TEST(wait_ready({empty, lowered.fd}, 1ms).empty());
    BOOST_TEST(wait_ready({empty, lowered.fd}, -1s).empty());
}

BOOST_AUTO_TEST_CASE(it_waits_for_what_other_processes_do)
{
    boost::asio::io_context for_gate;
    gate held(for_gate.get_executor());
    queue<int> numbers;
    auto [mine, theirs] = make_pipe<int>();
    process puts(put_behind_gate, numbers, held.path());
    puts.start();
    BOOST_TEST(wait_ready({mine, numbers, puts}, 1ms).empty());
    held.open();
    const auto first = wait_ready({mine, numbers, puts});
    BOOST_TEST((first == places{1} || first == places{1, 2})); // it may have ended at once
    BOOST_TEST(wait_ready({mine, puts}) == (places{1}), boost::test_tools::per_element());
    BOOST_TEST(!puts.is_alive());

    process sends(send_and_end, std::move(theirs));
    sends.start();
    BOOST_TEST(wait_ready({mine}) == (places{0}), boost::test_tools::per_element());
    BOOST_TEST(mine.recv() == 1);
}

BOOST_AUTO_TEST_CASE(a_process_that_is_killed_is_ready)
{
    process stays(wait_for_ever);
    stays.start();
    queue<int> empty;
    std::thread killer([&] { stays.kill(); });
    BOOST_TEST(wait_ready({empty, stays}) == (places{1}), boost::test_tools::per_element());
    killer.join();
    BOOST_TEST(stays.exit_code().value() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_flag_that_a_dead_process_has_left_is_no_item)
{
    queue<int> numbers;
    numbers.put(1);
    process dies(die_in_get, numbers);
    dies.start();
    dies.join();
    BOOST_TEST_REQUIRE(numbers.empty());
    BOOST_TEST(wait_ready({numbers}, 1ms).empty());
    numbers.put(2);
    BOOST_TEST(wait_ready({numbers}) == (places{0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_waited_for_is_said)
{
    BOOST_CHECK_THROW(wait_ready({}), std::invalid_argument);
    BOOST_CHECK_THROW(static_cast<void>(async_wait_ready({})), std::invalid_argument);
    process unstarted(wait_for_ever);
    BOOST_CHECK_THROW(wait_ready({unstarted}), std::logic_error);
    auto [one, other] = make_pipe<int>();
    const std::vector<waitable> listed{one};
    one.close();
    BOOST_TEST(code_thrown_by([&] { wait_ready(listed); }) == make_error_code(errc::connection_closed));
    BOOST_TEST(code_thrown_by([&, &end = one] { wait_ready({end}); }) == make_error_code(errc::connection_closed));
    for (const int nothing : {-1, 1'000'000})
        BOOST_CHECK_THROW(wait_ready({nothing}), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(coroutines_wait_for_whichever_is_ready, pool_on_loop)
{
    queue<int> numbers;
    auto [mine, theirs] = make_pipe<int>();
    event lowered;
    run([&, &receives = mine, &sends = theirs]() -> asio::awaitable<void> {
        const std::vector<waitable> all{lowered.fd, receives, numbers};
        auto put = pool->async_submit(
            [](queue<int> to) {
                for (int i = 0; i != 20; ++i)
                    to.put(i);
            },
            numbers);
        for (int i = 0; i != 20; ++i) {
            const auto ready = co_await async_wait_ready(all);
            BOOST_TEST(ready == (places{2}), boost::test_tools::per_element());
            BOOST_TEST(numbers.get() == i); // does not block
        }
        co_await std::move(put);
        sends.send(7);
        const auto ready = co_await async_wait_ready(all, asio::use_awaitable);
        BOOST_TEST(ready == (places{1}), boost::test_tools::per_element());
    });
}

BOOST_FIXTURE_TEST_CASE(an_asynchronous_wait_can_be_cancelled_and_outlives_its_objects, pool_on_loop)
{
    std::exception_ptr failure;
    asio::cancellation_signal cancel;
    {
        queue<int> empty;
        event lowered;
        async_wait_ready(
            {empty, lowered.fd},
            asio::bind_cancellation_slot(cancel.slot(),
                                         asio::bind_executor(context, [&](std::exception_ptr e, const places& ready) {
                                             failure = std::move(e);
                                             BOOST_TEST(ready.empty());
                                             pool.reset();
                                         })));
        context.poll(); // the descriptor is watched: it may be closed
    }
    cancel.emit(asio::cancellation_type::total);
    run();
    BOOST_TEST((code_of(failure) == asio::error::operation_aborted));
}

BOOST_FIXTURE_TEST_CASE(an_asynchronous_wait_can_lose_a_race_and_is_destroyed_with_its_loop, pool_on_loop)
{
    using namespace asio::experimental::awaitable_operators;
    queue<int> empty;
    run([&]() -> asio::awaitable<void> {
        asio::steady_timer timer(context, 1ms);
        const std::vector<waitable> one{empty}, not_open{1'000'000};
        const auto won = co_await (async_wait_ready(one, asio::use_awaitable) || timer.async_wait(asio::use_awaitable));
        BOOST_TEST(won.index() == 1u);
        auto failed = false;
        try {
            co_await async_wait_ready(not_open, asio::use_awaitable);
        } catch (const std::system_error&) {
            failed = true;
        }
        BOOST_TEST(failed);
    });
    auto owned = std::make_shared<int>();
    {
        asio::io_context short_lived;
        async_wait_ready({empty}, asio::bind_executor(short_lived, [owned](std::exception_ptr, const places&) {
                             BOOST_ERROR("called");
                         }));
        short_lived.poll();
        BOOST_TEST(owned.use_count() == 2);
    }
    BOOST_TEST(owned.use_count() == 1);
}

} // namespace procpool::test
