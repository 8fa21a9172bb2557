// SPDX-License-Identifier: BSL-1.0
// Streams and async_map() as Asio operations.
#include "pool/elements.hpp"
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <unistd.h>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

const auto aborted = make_error_code(asio::error::operation_aborted);

struct own_loop : nothing_left_behind {
    procpool::pool pool{{.workers = 2}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_awaited_streams, own_loop)

BOOST_FIXTURE_TEST_CASE(streams_are_awaited_too, pool_on_loop)
{
    run([&]() -> awaitable<void> {
        auto stream = pool->imap(only_even, up_to(2000));
        int sum = 0, failed = 0;
        for (bool over = false; !over;) {
            auto [failure, result] = co_await stream.async_next(asio::as_tuple(asio::use_awaitable));
            over = !failure && !result;
            failed += failure != nullptr;
            sum += result.value_or(0);
        }
        BOOST_TEST(failed == 1000);
        BOOST_TEST(sum == 999'000);
        auto unordered = pool->imap_unordered(twice, up_to(2000));
        int count = 0;
        while (auto result = co_await unordered.async_next())
            ++count;
        BOOST_TEST(count == 2000);
        BOOST_TEST(code_thrown_by([&] { pool->map(twice, up_to(1)); }) == make_error_code(errc::would_deadlock));
        auto blocking = pool->imap(twice, up_to(1));
        BOOST_TEST(code_thrown_by([&] { blocking.next(); }) == make_error_code(errc::would_deadlock));
    });
}

BOOST_FIXTURE_TEST_CASE(cancelling_a_wait_leaves_the_stream_and_cancelling_the_stream_ends_the_wait, one_worker)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        const std::vector<std::string> paths(2, held.path());
        auto stream = pool->imap(hold, paths);
        co_await held.async_next();
        std::vector<boost::system::error_code> codes;
        const auto note = [&](const std::exception_ptr& failure, std::optional<pid_t>) {
            codes.push_back(code_of(failure));
        };
        asio::cancellation_signal signal;
        stream.async_next(asio::bind_cancellation_slot(signal.slot(), note));
        signal.emit(asio::cancellation_type::total);
        co_await asio::post(context, asio::use_awaitable);
        BOOST_TEST(codes == std::vector{aborted}, boost::test_tools::per_element());
        held.open();
        const auto first = co_await stream.async_next();
        BOOST_TEST(first.has_value());
        stream.async_next(note);
        stream.cancel();
        co_await asio::post(context, asio::use_awaitable);
        BOOST_TEST(codes == (std::vector{aborted, aborted}), boost::test_tools::per_element());
        const auto end = co_await stream.async_next();
        BOOST_TEST(!end.has_value());
        held.open();
    });
}

BOOST_FIXTURE_TEST_CASE(async_map_gives_all_results_and_keeps_its_input, pool_on_loop)
{
    run([&]() -> awaitable<void> {
        std::vector<int> numbers = up_to(10'000);
        auto operation = pool->async_map(twice, numbers);
        numbers.clear();
        const auto results = co_await std::move(operation);
        BOOST_TEST(results.size() == 10'000u);
        BOOST_TEST(results.back() == 2 * 9'999);
        const auto none = co_await pool->async_map(twice, numbers, asio::use_awaitable);
        BOOST_TEST(none.empty());
        std::vector<std::unique_ptr<int>> owned;
        owned.push_back(std::make_unique<int>(7));
        const auto unwrapped = co_await pool->async_map({.chunk_size = 2}, unwrap, std::move(owned));
        BOOST_TEST(unwrapped.at(0) == 7);
        const auto [failure, nothing] =
            co_await pool->async_map(only_even, up_to(100), asio::as_tuple(asio::use_awaitable));
        BOOST_CHECK_THROW(std::rethrow_exception(failure), std::domain_error);
        BOOST_TEST(nothing.empty());
    });
}

BOOST_AUTO_TEST_CASE(async_map_is_waited_for_without_a_loop)
{
    auto later = pool.async_map(twice, up_to(1000), asio::use_future);
    BOOST_TEST(later.get().size() == 1000u);
    std::vector<int> results;
    std::promise<void> called;
    pool.async_map(twice, up_to(3),
                   callbacks(
                       [&](std::vector<int> all) {
                           results = std::move(all);
                           called.set_value();
                       },
                       [](const std::exception_ptr&) {}));
    called.get_future().get();
    BOOST_TEST(results == (std::vector{0, 2, 4}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_async_map_completes_at_once_and_the_rest_never_runs, one_worker)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        asio::cancellation_signal signal;
        boost::system::error_code code;
        pool->async_map(
            hold, std::vector<std::string>(4, held.path()),
            asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr& failure, std::vector<pid_t>) {
                code = code_of(failure);
            }));
        co_await held.async_next();
        signal.emit(asio::cancellation_type::terminal);
        while (pool->stats().cancelled != 3)
            co_await asio::post(context, asio::use_awaitable);
        held.open();
        co_await pool->async_join(asio::use_awaitable);
        BOOST_TEST(code == aborted);
        BOOST_TEST(pool->stats().succeeded == 1u);
        BOOST_TEST(pool->stats().cancelled == 3u);
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
