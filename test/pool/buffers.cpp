// SPDX-License-Identifier: BSL-1.0
// procpool::buffer: arrays that go to tasks and come back without a copy, and are copied before anybody writes what
// somebody else reads.
#include "support/left_behind.hpp"
#include "support/payload_memory.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <new>
#include <numeric>
#include <string>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

namespace procpool::test {
namespace {

using numbers = buffer<std::uint32_t>;

constexpr std::size_t many = 300'000; // more than 64 KiB

static_assert(!std::is_copy_constructible_v<numbers>, "a copy would be made in silence");
static_assert(buffer_element<float> && !buffer_element<bool> && !buffer_element<int*> && !buffer_element<std::string>);

numbers counting(std::size_t count, std::uint32_t from = 0)
{
    numbers made(count);
    const auto all = made.writable();
    std::iota(all.begin(), all.end(), from);
    return made;
}

bool counts(const numbers& values, std::size_t count, std::uint32_t from = 0)
{
    if (values.size() != count)
        return false;
    for (std::size_t i = 0; i != count; ++i)
        if (values[i] != from + i)
            return false;
    return true;
}

numbers echo(numbers values)
{
    return values;
}

numbers next(numbers values)
{
    for (auto& each : values.writable())
        ++each;
    return values;
}

std::uint64_t sum(const numbers& values)
{
    return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

bool lies_in_read_only_memory(const numbers& values)
{
    return is_read_only(values.data());
}

numbers joined(const numbers& first, const std::string& between, const numbers& second)
{
    numbers all(first.size() + between.size() + second.size());
    auto at = std::ranges::copy(first, all.writable().begin()).out;
    at = std::ranges::copy(between, at).out;
    std::ranges::copy(second, at);
    return all;
}

std::size_t total(const numbers& a, const numbers& b, const numbers& c, const numbers& d, const numbers& e,
                  const numbers& f, const numbers& g, const numbers& h, const numbers& i, const numbers& j)
{
    return sum(a) + sum(b) + sum(c) + sum(d) + sum(e) + sum(f) + sum(g) + sum(h) + sum(i) + sum(j);
}

numbers& kept()
{
    static numbers only;
    return only;
}

pid_t keep(numbers values)
{
    kept() = std::move(values);
    return ::getpid();
}

std::size_t give_kept()
{
    return std::exchange(kept(), {}).size();
}

void ignore(const numbers&) {}

numbers return_kept()
{
    return std::move(kept());
}

struct buffers_fixture : nothing_left_behind {
    procpool::pool pool{{.workers = 1}};
};

const std::size_t counts_of_elements[] = {0, 1, 10, 11, 16'383, 16'384, 16'385, many, 5'000'000};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_buffers, buffers_fixture)

BOOST_DATA_TEST_CASE(of_any_size_they_go_and_come_back, counts_of_elements)
{
    for (int round = 0; round != 3; ++round) {
        BOOST_TEST(pool.async_submit(sum, counting(sample)).get() == sum(counting(sample)));
        BOOST_TEST(counts(pool.async_submit(echo, counting(sample)).get(), sample));
        BOOST_TEST(counts(pool.async_submit(next, counting(sample)).get(), sample, 1));
    }
}

BOOST_AUTO_TEST_CASE(what_nobody_writes_is_never_copied)
{
    numbers values = counting(many);
    const auto* const where = values.data();
    BOOST_TEST(pool.async_submit(lies_in_read_only_memory, counting(many)).get());
    for (int round = 0; round != 3; ++round)
        values = pool.async_submit(echo, std::move(values)).get();
    BOOST_TEST(values.data() == where);
    BOOST_TEST(values.writable().data() == where);
    BOOST_TEST(counts(values, many));
}

BOOST_AUTO_TEST_CASE(a_result_that_a_task_made_is_read_where_it_is_and_copied_to_be_written)
{
    numbers result = pool.async_submit(next, counting(many)).get();
    const auto* const where = result.data();
    BOOST_TEST(is_read_only(where));
    result.writable()[0] = 7;
    BOOST_TEST(result.data() != where);
    BOOST_TEST(result[0] == 7u);
    BOOST_TEST(result[1] == 2u);
}

BOOST_AUTO_TEST_CASE(results_stay_as_they_are_while_others_come)
{
    std::vector<numbers> results;
    for (std::uint32_t i = 0; i != 50; ++i)
        results.push_back(pool.async_submit(next, counting(many, i)).get());
    for (std::uint32_t i = 0; i != 50; ++i)
        BOOST_TEST(counts(results[i], many, i + 1));
}

BOOST_AUTO_TEST_CASE(several_go_with_other_arguments)
{
    const auto all = pool.async_submit(joined, counting(many), "ab", counting(10)).get();
    BOOST_TEST(all.size() == many + 2 + 10);
    BOOST_TEST(all[many - 1] == many - 1);
    BOOST_TEST(all[many] == 'a');
    BOOST_TEST(all[many + 2 + 9] == 9u);
}

BOOST_AUTO_TEST_CASE(more_than_are_attached_are_copied)
{
    const auto each = [] { return counting(many); };
    BOOST_TEST(pool.async_submit(total, each(), each(), each(), each(), each(), each(), each(), each(), each(), each())
                   .get() == 10 * sum(each()));
}

BOOST_AUTO_TEST_CASE(a_task_object_with_one_can_be_submitted_again)
{
    const procpool::task twice(next, counting(many));
    for (int round = 0; round != 2; ++round)
        BOOST_TEST(counts(pool.async_submit(twice).get(), many, 1));
}

BOOST_AUTO_TEST_CASE(callbacks_and_coroutines_get_them_too)
{
    boost::asio::io_context context;
    procpool::pool on_loop(context, {.workers = 1});
    int seen = 0;
    on_loop.async_submit(next, counting(many),
                         [&](const std::exception_ptr&, numbers result) { seen += counts(result, many, 1); });
    const auto wait = [&]() -> boost::asio::awaitable<void> {
        const numbers result = co_await on_loop.async_submit(next, counting(many), boost::asio::use_awaitable);
        seen += counts(result, many, 1);
        on_loop.close();
    };
    boost::asio::co_spawn(context, wait, boost::asio::detached);
    context.run();
    BOOST_TEST(seen == 2);
}

BOOST_AUTO_TEST_CASE(one_that_a_task_keeps_comes_back_as_a_copy_later)
{
    const auto worker = pool.async_submit(keep, counting(many)).get();
    BOOST_TEST(pool.async_submit(return_kept).get().size() == many);
    BOOST_TEST(pool.async_submit(keep, counting(many)).get() == worker);
    BOOST_TEST(pool.async_submit(give_kept).get() == many);
}

BOOST_AUTO_TEST_CASE(the_memory_is_given_back)
{
    numbers result = pool.async_submit(echo, counting(many)).get();
    const auto worker = pool.async_submit(keep, counting(10)).get();
    result = {};
    BOOST_TEST(eventually([&] { return have_no_payloads(worker); }));
}

BOOST_AUTO_TEST_CASE(they_go_also_where_workers_can_make_no_memory)
{
    pool = procpool::pool({.workers = 1, .worker = {.limits = {.file_size = 4096}}});
    BOOST_TEST(counts(pool.async_submit(next, counting(many)).get(), many, 1));
}

BOOST_AUTO_TEST_CASE(a_size_that_no_memory_has_is_bad_alloc)
{
    BOOST_CHECK_THROW(numbers(std::size_t{1} << 60), std::bad_alloc);
    BOOST_CHECK_THROW(numbers(~std::size_t{0}), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(an_initializer_takes_none)
{
    BOOST_CHECK_EXCEPTION(procpool::pool({.workers = 1, .initializer = procpool::task(ignore, counting(many))}),
                          boost::system::system_error,
                          [](const auto& error) { return error.code() == errc::invalid_option; });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
