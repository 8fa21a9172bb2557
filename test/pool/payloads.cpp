// SPDX-License-Identifier: BSL-1.0
// Arguments and results that are too big for the pipes and go through shared memory: nobody notices but by the speed.
#include "support/gate.hpp"
#include "support/left_behind.hpp"
#include "support/payload_memory.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;
using bytes = std::vector<unsigned char>;

constexpr std::size_t big = std::size_t{1} << 20;

bytes numbered(std::size_t size, int seed = 1)
{
    bytes made(size);
    for (std::size_t i = 0; i != size; ++i)
        made[i] = static_cast<unsigned char>(i * 31 + i / 251 + static_cast<std::size_t>(seed));
    return made;
}

bytes reversed(bytes values)
{
    std::ranges::reverse(values);
    return values;
}

std::uint64_t sum(std::span<const unsigned char> values)
{
    return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

std::string twice(std::string_view text)
{
    return std::string(text) + std::string(text);
}

std::map<std::string, bytes> with_name(std::map<std::string, bytes> named, const std::string& name)
{
    named[name] = numbered(big, 3);
    return named;
}

pid_t look_at(std::span<const unsigned char>)
{
    return ::getpid();
}

bool shows_read_only(std::span<const unsigned char> view)
{
    return is_read_only(view.data());
}

bytes echo_the_second_time(const bytes& values, const std::string& orders)
{
    if (hear(orders) == 1)
        ::raise(SIGKILL);
    return values;
}

void await(const auto& results)
{
    eventually([&] { return std::ranges::all_of(results, [](const auto& each) { return each.ready(); }); });
}

/// Waits at the gate, and tells whether the view is still what it was.
void compare_later(std::span<const unsigned char> view, std::uint64_t expected, const std::string& gate,
                   const std::string& mailbox)
{
    hold(gate);
    tell(mailbox, sum(view) == expected ? 1 : 2);
}

struct payloads_fixture : nothing_left_behind {
    procpool::pool pool{{.workers = 1}};
};

const std::size_t sizes[] = {65'519, 65'536, 65'537, 1'000'003, 20'000'000};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_payloads, payloads_fixture)

BOOST_DATA_TEST_CASE(of_any_size_they_arrive_as_they_were, sizes)
{
    const auto sent = numbered(sample);
    for (int round = 0; round != 3; ++round)
        BOOST_TEST((pool.async_submit(reversed, sent).get() == reversed(sent)));
    BOOST_TEST(pool.async_submit(sum, std::span(sent)).get() == sum(sent));
}

BOOST_AUTO_TEST_CASE(of_any_type_they_arrive_as_they_were)
{
    const std::string text(big, 'x');
    BOOST_TEST((pool.async_submit(twice, text).get() == text + text));
    const std::map<std::string, bytes> named{{"one", numbered(big)}, {"two", numbered(big, 2)}};
    BOOST_TEST((pool.async_submit(with_name, named, "three").get() == with_name(named, "three")));
}

BOOST_AUTO_TEST_CASE(a_handler_gets_them_too)
{
    boost::asio::io_context context;
    procpool::pool on_loop(context, {.workers = 1});
    const auto sent = numbered(big);
    bytes seen;
    on_loop.async_submit(reversed, sent, [&](const std::exception_ptr&, bytes result) {
        seen = std::move(result);
        on_loop.close();
    });
    context.run();
    BOOST_TEST((seen == reversed(sent)));
}

BOOST_AUTO_TEST_CASE(a_view_shows_memory_that_the_worker_cannot_write)
{
    BOOST_TEST(pool.async_submit(shows_read_only, std::span<const unsigned char>(numbered(big))).get());
}

BOOST_AUTO_TEST_CASE(the_same_memory_serves_one_task_after_another)
{
    for (int i = 0; i != 100; ++i)
        BOOST_TEST_REQUIRE(pool.async_submit(reversed, numbered(big, i)).get() == reversed(numbered(big, i)));
    BOOST_TEST(open_payloads() == 1u);
    const auto worker = pool.async_submit(look_at, std::span<const unsigned char>(numbered(big))).get();
    BOOST_TEST(mapped_payloads(worker) <= 3u);
}

BOOST_AUTO_TEST_CASE(the_memory_is_given_back_when_nothing_big_is_on_its_way)
{
    pool.async_submit(reversed, numbered(big)).get();
    const auto worker = pool.async_submit(look_at, std::span<const unsigned char>(numbered(big))).get();
    BOOST_TEST(mapped_payloads(worker) != 0u);
    BOOST_TEST(eventually([&] { return have_no_payloads(worker); }));
    BOOST_TEST((pool.async_submit(reversed, numbered(big)).get() == reversed(numbered(big))));
}

BOOST_AUTO_TEST_CASE(many_that_wait_need_few_descriptors)
{
    std::vector<future<std::uint64_t>> sums;
    for (int i = 0; i != 500; ++i)
        sums.push_back(pool.async_submit(sum, std::span<const unsigned char>(numbered(100'000, i))));
    BOOST_TEST(open_payloads() <= 64u);
    for (int i = 0; i != 500; ++i)
        BOOST_TEST(sums[static_cast<std::size_t>(i)].get() == sum(numbered(100'000, i)));
}

BOOST_AUTO_TEST_CASE(results_that_nobody_takes_stop_nobody_and_stay_as_they_are)
{
    std::vector<future<bytes>> results;
    for (int i = 0; i != 100; ++i)
        results.push_back(pool.async_submit(reversed, numbered(100'000, i)));
    await(results);
    for (int i = 0; i != 100; ++i)
        BOOST_TEST((results[static_cast<std::size_t>(i)].get() == reversed(numbered(100'000, i))));
}

BOOST_AUTO_TEST_CASE(a_result_outlives_its_pool)
{
    auto result = pool.async_submit(reversed, numbered(big));
    pool.join();
    pool = procpool::pool({.workers = 1});
    BOOST_TEST((pool.async_submit(reversed, numbered(big, 2)).get() == reversed(numbered(big, 2))));
    BOOST_TEST((result.get() == reversed(numbered(big))));
}

BOOST_AUTO_TEST_CASE(a_task_that_is_retried_gets_its_arguments_again)
{
    const mailbox orders;
    auto result = pool.async_submit({.retries = 1}, echo_the_second_time, numbered(big), orders.path());
    tell(orders.path(), 1);
    tell(orders.path(), 2);
    BOOST_TEST((result.get() == numbered(big)));
}

BOOST_AUTO_TEST_CASE(what_an_abandoned_task_looks_at_stays_as_it_is)
{
    pool.resize(2);
    boost::asio::io_context context;
    gate held(context.get_executor());
    const mailbox box;
    auto abandoned =
        pool.async_submit({.on_cancel = procpool::on_cancel::abandon}, compare_later,
                          std::span<const unsigned char>(numbered(big)), sum(numbered(big)), held.path(), box.path());
    held.next();
    abandoned.cancel();
    for (int i = 0; i != 20; ++i)
        BOOST_TEST(pool.async_submit(sum, std::span<const unsigned char>(numbered(big, i))).get() ==
                   sum(numbered(big, i)));
    held.open();
    BOOST_TEST(box.receive() == 1);
}

BOOST_AUTO_TEST_CASE(what_confined_workers_have_seen_is_not_used_again)
{
    pool = procpool::pool({.workers = 1, .worker = {.sandbox = {.no_new_privs = true}}});
    BOOST_TEST((pool.async_submit(reversed, numbered(big)).get() == reversed(numbered(big))));
    BOOST_TEST(open_payloads() == 0u);
}

BOOST_AUTO_TEST_CASE(they_arrive_also_where_workers_can_make_no_such_memory)
{
    pool = procpool::pool({.workers = 1, .worker = {.limits = {.file_size = 4096}}});
    BOOST_TEST((pool.async_submit(reversed, numbered(big)).get() == reversed(numbered(big))));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
