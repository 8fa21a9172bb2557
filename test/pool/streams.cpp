// SPDX-License-Identifier: BSL-1.0
// map() and its kin: a function for each element of a range.
#include "pool/elements.hpp"
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <algorithm>
#include <map>
#include <ranges>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

const auto aborted = make_error_code(asio::error::operation_aborted);
const auto timed_out = make_error_code(errc::timed_out);

long add(int a, long b)
{
    return a + b;
}

/// Its pid, from behind the gate if told so.
pid_t hold_if(const std::string& gate, bool here)
{
    return here ? hold(gate) : ::getpid();
}

std::size_t length(std::string_view text)
{
    return text.size();
}

template <class Stream>
auto all_of(Stream stream)
{
    std::vector<typename Stream::value_type> all;
    for (auto& each : stream)
        all.push_back(std::move(each));
    return all;
}

struct own_loop : nothing_left_behind {
    procpool::pool pool{{.workers = 2}};
};

/// An input that counts how far it was read, and may throw at a place.
struct counted_input {
    int* read;
    int throws_at = -1;

    auto elements() const
    {
        return std::views::iota(0) | std::views::transform([*this](int x) {
                   if (x == throws_at)
                       throw std::out_of_range("the input");
                   *read = x + 1;
                   return x;
               });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_streams, own_loop)

BOOST_AUTO_TEST_CASE(map_gives_all_results_in_the_order_of_the_input)
{
    const auto numbers = up_to(20'000);
    const auto results = pool.map(twice, numbers);
    BOOST_TEST_REQUIRE(results.size() == numbers.size());
    for (std::size_t i = 0; i != results.size(); ++i)
        BOOST_TEST_REQUIRE(results[i] == 2 * static_cast<int>(i));
    BOOST_TEST(pool.map(twice, std::vector<int>()).empty());
}

BOOST_AUTO_TEST_CASE(tuples_are_arguments_unless_the_function_takes_them)
{
    const std::vector<std::tuple<int, long>> pairs{{1, 2}, {3, 4}};
    BOOST_TEST(pool.map(add, pairs) == (std::vector<long>{3, 7}), boost::test_tools::per_element());
    const std::vector<std::pair<short, int>> converted{{1, 2}};
    BOOST_TEST(pool.map(add, converted).at(0) == 3);
    const auto first = [](const std::tuple<int, long>& whole) { return std::get<0>(whole); };
    BOOST_TEST(pool.map(first, pairs) == (std::vector{1, 3}), boost::test_tools::per_element());
    const auto count = [](auto... parts) { return sizeof...(parts); };
    BOOST_TEST(pool.map(count, pairs).at(0) == 1u); // it takes anything
    BOOST_TEST(pool.map(::getpid, std::vector<std::tuple<>>(3)).size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_elements_of_a_map_are_pairs)
{
    const std::map<int, int> given{{1, 2}, {3, 4}};
    const auto product = [](const auto& element) { return element.first * element.second; };
    const auto value = [](const std::map<int, int>::value_type& element) { return element.second; };
    const auto difference = [](int key, int mapped) { return mapped - key; };
    BOOST_TEST(pool.map(product, given) == (std::vector{2, 12}), boost::test_tools::per_element());
    BOOST_TEST(pool.map(value, given) == (std::vector{2, 4}), boost::test_tools::per_element());
    BOOST_TEST(pool.map(difference, given) == (std::vector{1, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(elements_may_be_move_only_large_or_views)
{
    std::vector<std::unique_ptr<int>> owned;
    for (int i = 0; i != 10; ++i)
        owned.push_back(std::make_unique<int>(i));
    BOOST_TEST(pool.map(unwrap, owned).back() == 9);
    BOOST_TEST(*owned.back() == 9); // not moved from
    BOOST_TEST(pool.map(unwrap, std::move(owned)).back() == 9);

    const std::vector<std::string> texts(20, std::string(300'000, 'x'));
    for (const auto size : pool.map(length, texts))
        BOOST_TEST(size == 300'000u);
    std::istringstream words("three words here");
    const auto sizes = pool.map(length, std::ranges::istream_view<std::string>(words)); // can be read once
    BOOST_TEST(sizes == (std::vector<std::size_t>{5, 5, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_exception_is_thrown_at_its_place_and_the_stream_goes_on)
{
    for (const std::optional<std::size_t> chunk_size : {std::optional<std::size_t>(), std::optional<std::size_t>(7)}) {
        auto stream = pool.imap({.chunk_size = chunk_size}, only_even, std::views::iota(0, 1000));
        for (int i = 0; i != 1000; i += 2) {
            BOOST_TEST_REQUIRE(stream.next().value() == i);
            BOOST_CHECK_EXCEPTION(stream.next(), std::domain_error,
                                  [&](const auto& e) { return e.what() == std::to_string(i + 1); });
        }
        BOOST_TEST(!stream.next().has_value());
        BOOST_TEST(!stream.next().has_value());
    }
}

BOOST_AUTO_TEST_CASE(map_throws_the_first_exception_of_the_input_and_cancels_the_rest)
{
    int read = 0;
    BOOST_CHECK_EXCEPTION(pool.map({.chunk_size = 1}, only_even, counted_input{&read}.elements()), std::domain_error,
                          [](const auto& e) { return e.what() == std::string("1"); });
    BOOST_TEST(read < 100);
}

BOOST_AUTO_TEST_CASE(what_the_input_throws_ends_it_at_that_place)
{
    int read = 0;
    auto stream = pool.imap(twice, counted_input{&read, 100}.elements());
    for (int i = 0; i != 100; ++i)
        BOOST_TEST_REQUIRE(stream.next().value() == 2 * i);
    BOOST_CHECK_THROW(stream.next(), std::out_of_range);
    BOOST_TEST(!stream.next().has_value());
}

BOOST_AUTO_TEST_CASE(an_endless_input_is_read_little_further_than_results_are_taken)
{
    int read = 0;
    auto stream = pool.imap({.chunk_size = 1, .buffer_size = 5}, twice, counted_input{&read}.elements());
    BOOST_TEST(read == 5);
    for (int i = 0; i != 1000; ++i) {
        BOOST_TEST_REQUIRE(stream.next().value() == 2 * i);
        BOOST_TEST_REQUIRE(read <= i + 1 + 5);
    }
    int read_by_default = 0;
    auto other = pool.imap(twice, counted_input{&read_by_default}.elements());
    for (int i = 0; i != 50'000; ++i) {
        BOOST_TEST_REQUIRE(other.next().value() == 2 * i);
        BOOST_TEST_REQUIRE(read_by_default <= i + 1 + 9 * 512);
    }
}

BOOST_AUTO_TEST_CASE(a_buffer_is_filled_whatever_the_number_of_workers)
{
    int read = 0;
    auto stream = pool.imap({.buffer_size = 50}, twice, counted_input{&read}.elements());
    BOOST_TEST(read == 50); // without it, eight: four tasks of one element for each worker
    for (int i = 0; i != 1000; ++i) {
        BOOST_TEST_REQUIRE(stream.next().value() == 2 * i);
        BOOST_TEST_REQUIRE(read <= i + 1 + 50);
    }
    stream.cancel();
}

BOOST_AUTO_TEST_CASE(a_buffer_never_makes_tasks_smaller_than_chunk_size)
{
    int read = 0;
    auto stream = pool.imap({.chunk_size = 10, .buffer_size = 25}, twice, counted_input{&read}.elements());
    BOOST_TEST(read == 20);
    for (int i = 0; i != 1000; ++i) {
        BOOST_TEST_REQUIRE(stream.next().value() == 2 * i);
        BOOST_TEST_REQUIRE(read <= i + 1 + 25);
    }
    stream.cancel();
    pool.join();
    BOOST_TEST(pool.stats().submitted == static_cast<std::size_t>(read) / 10);
    int read_by_small_buffer = 0;
    procpool::pool other({.workers = 1});
    auto small =
        other.imap({.chunk_size = 10, .buffer_size = 4}, twice, counted_input{&read_by_small_buffer}.elements());
    BOOST_TEST(read_by_small_buffer == 4);
    for (int i = 0; i != 20; ++i)
        BOOST_TEST_REQUIRE(small.next().value() == 2 * i);
}

BOOST_AUTO_TEST_CASE(imap_unordered_gives_the_first_one_first)
{
    asio::io_context for_gate;
    gate held(for_gate.get_executor());
    std::vector<std::pair<std::string, bool>> input(10, {held.path(), false});
    input.front().second = true;
    auto stream = pool.imap_unordered(hold_if, input);
    const pid_t blocked = held.next();
    for (int i = 0; i != 9; ++i)
        BOOST_TEST(stream.next().value() != blocked);
    BOOST_TEST(code_thrown_by([&] { stream.next(1ms); }) == timed_out);
    held.open();
    BOOST_TEST(stream.next(1h).value() == blocked);
    BOOST_TEST(!stream.next(1h).has_value());

    auto sorted = all_of(pool.imap_unordered(twice, up_to(10'000)));
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i != sorted.size(); ++i)
        BOOST_TEST_REQUIRE(sorted[i] == 2 * static_cast<int>(i));
}

BOOST_AUTO_TEST_CASE(imap_waits_for_the_next_in_order_but_not_longer_than_told)
{
    asio::io_context for_gate;
    gate held(for_gate.get_executor());
    std::vector<std::pair<std::string, bool>> input(10, {held.path(), false});
    input.front().second = true;
    auto stream = pool.imap(hold_if, input);
    const pid_t blocked = held.next();
    BOOST_TEST(code_thrown_by([&] { stream.next(1ms); }) == timed_out);
    held.open();
    BOOST_TEST(stream.next(1h).value() == blocked);
    BOOST_TEST(all_of(std::move(stream)).size() == 9u);
}

BOOST_AUTO_TEST_CASE(a_dropped_stream_cancels_what_has_not_started)
{
    asio::io_context for_gate;
    gate held(for_gate.get_executor());
    {
        procpool::pool one({.workers = 1});
        const std::vector<std::string> paths(4, held.path());
        {
            const auto stream = one.imap(hold, paths);
            held.next();
        }
        while (one.stats().cancelled != 3)
            std::this_thread::yield();
        held.open();
        one.join();
        BOOST_TEST(one.stats().succeeded == 1u); // it was not disturbed
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_stream_is_at_its_end)
{
    auto stream = pool.imap(twice, std::views::iota(0));
    BOOST_TEST(stream.next().value() == 0);
    stream.cancel();
    stream.cancel();
    BOOST_TEST(!stream.next().has_value());
    stream = pool.imap(twice, std::views::iota(0)); // drops the first
    BOOST_TEST(stream.next().value() == 0);
}

BOOST_AUTO_TEST_CASE(a_stream_waits_for_room_in_the_queue)
{
    procpool::pool small({.workers = 1, .max_pending = 1});
    BOOST_TEST(small.map({.chunk_size = 1}, twice, up_to(100)).back() == 198);
}

BOOST_AUTO_TEST_CASE(a_pool_that_is_closed_ends_an_endless_stream)
{
    auto stream = pool.imap(twice, std::views::iota(0));
    pool.close();
    boost::system::error_code last;
    try {
        while (stream.next())
            ;
    } catch (const boost::system::system_error& error) {
        last = error.code();
    }
    BOOST_TEST(last == make_error_code(errc::pool_closed));
    for (bool over = false; !over;) // one exception for each element that was read
        code_thrown_by([&] { over = !stream.next(); });
}

BOOST_AUTO_TEST_CASE(a_stream_may_outlive_its_pool)
{
    std::optional<procpool::pool> short_lived(std::in_place, pool_options{.workers = 1});
    asio::io_context for_gate;
    gate held(for_gate.get_executor());
    auto stream = short_lived->imap(hold, std::vector<std::string>(2, held.path()));
    held.next();
    short_lived.reset();
    BOOST_TEST(code_thrown_by([&] { stream.next(); }) == aborted);
    BOOST_TEST(code_thrown_by([&] { stream.next(); }) == aborted);
    BOOST_TEST(!stream.next().has_value());
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused_by_name)
{
    const auto refused = make_error_code(errc::invalid_option);
    BOOST_TEST(code_thrown_by([&] { pool.map({.chunk_size = 0}, twice, up_to(1)); }) == refused);
    BOOST_TEST(code_thrown_by([&] { static_cast<void>(pool.imap({.buffer_size = 0}, twice, up_to(1))); }) == refused);
    BOOST_TEST(code_thrown_by([&] { static_cast<void>(pool.imap({.task = {.timeout = 0s}}, twice, up_to(1))); }) ==
               refused);
}

BOOST_AUTO_TEST_CASE(many_threads_map_at_the_same_time)
{
    std::atomic<std::size_t> right = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t != 4; ++t)
        threads.emplace_back([&] {
            for (const int result : pool.map(twice, up_to(5000)))
                right += result % 2 == 0;
        });
    for (auto& each : threads)
        each.join();
    BOOST_TEST(right == 20'000u);
}

static_assert(std::ranges::input_range<result_stream<int>>);
static_assert(!std::copyable<result_stream<int>>);

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
