// SPDX-License-Identifier: BSL-1.0
// own executable
// How a task ended, by its exception; and futures that are listed twice.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cstdlib>
#include <ranges>
#include <set>
#include <string>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;

int same(int x)
{
    return x;
}

void stay()
{
    wait_for_ever();
}

[[noreturn]] void crash()
{
    std::abort();
}

void throw_aborted()
{
    throw boost::system::system_error(boost::asio::error::operation_aborted);
}

void throw_timed_out()
{
    throw boost::system::system_error(make_error_code(errc::timed_out));
}

/// An error of its own pool leaves the task.
void throw_error_of_inner_pool()
{
    pool inner({.workers = 1});
    inner.async_submit(crash).get();
}

/// What is cancelled in its own pool leaves the task.
void throw_cancellation_of_inner_pool()
{
    pool inner({.workers = 1, .start = start_method::inline_});
    inner.close();
    inner.async_submit(same, 1).get();
}

void throw_long(std::size_t size)
{
    throw std::domain_error(std::string(size, 'x'));
}

int odd_fails(int x)
{
    if (x % 2 != 0)
        throw std::domain_error(std::to_string(x));
    return x * 10;
}

struct unreadable {
    unreadable() = default;
    template <class Archive>
    void save(Archive& to) const
    {
        to(1);
    }
    template <class Archive>
    void load(Archive&)
    {
        throw std::range_error("not here");
    }
};

unreadable give_unreadable()
{
    return {};
}

template <class Call>
task_end end_of(Call&& call)
{
    try {
        call();
    } catch (...) {
        return outcome_of(std::current_exception());
    }
    return task_end::returned;
}

template <class R>
task_end end_of_task(future<R>&& task)
{
    return end_of([&] { task.get(); });
}

struct own_loop : nothing_left_behind {
    procpool::pool pool{{.workers = 2}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_outcomes, own_loop)

BOOST_AUTO_TEST_CASE(each_end_of_a_task_has_its_name)
{
    BOOST_TEST((outcome_of(nullptr) == task_end::returned));
    BOOST_TEST((end_of_task(pool.async_submit(same, 1)) == task_end::returned));
    BOOST_TEST((end_of_task(pool.async_submit(throw_long, 3)) == task_end::threw));
    BOOST_TEST((end_of_task(pool.async_submit(crash)) == task_end::crashed));
    BOOST_TEST((end_of_task(pool.async_submit({.timeout = 1ms}, stay)) == task_end::timed_out));
    BOOST_TEST((end_of_task(pool.async_submit({.deadline = 1ms}, stay)) == task_end::deadline_exceeded));
    BOOST_TEST((end_of_task(pool.async_submit({.retries = 9}, crash)) == task_end::quarantined));
}

BOOST_AUTO_TEST_CASE(what_waits_too_long_or_is_cancelled_has_its_name)
{
    boost::asio::io_context for_gate;
    gate held(for_gate.get_executor());
    auto one = pool.async_submit(hold, held.path()), two = pool.async_submit(hold, held.path());
    BOOST_TEST((end_of_task(pool.async_submit({.queue_timeout = 1ms}, same, 1)) == task_end::queue_timed_out));
    auto given_up = pool.async_submit(same, 1);
    given_up.cancel();
    BOOST_TEST((outcome_of(given_up.exception()) == task_end::cancelled));
    BOOST_TEST(given_up.cancelled());
    held.open(2);
    BOOST_TEST((end_of([&] { one.get(), two.get(); }) == task_end::returned));
}

BOOST_AUTO_TEST_CASE(what_the_pool_does_not_take_is_refused)
{
    boost::asio::io_context for_gate;
    gate held(for_gate.get_executor());
    procpool::pool full({.workers = 1, .max_pending = 1});
    auto runs = full.async_submit(hold, held.path());
    BOOST_TEST((end_of_task(full.async_submit(same, 1)) == task_end::refused));
    BOOST_TEST((end_of([&] { full.async_submit({.timeout = -1s}, same, 1); }) == task_end::refused));
    held.open();
    BOOST_TEST((end_of([&] { runs.get(); }) == task_end::returned));
    full.close();
    BOOST_TEST((end_of_task(full.async_submit(same, 1)) == task_end::pool_closed));
}

BOOST_AUTO_TEST_CASE(a_worker_that_cannot_start_has_its_name)
{
    procpool::pool broken({.workers = 1, .executable = "/nonexistent"});
    BOOST_TEST((end_of_task(broken.async_submit(same, 1)) == task_end::start_failed));
}

BOOST_AUTO_TEST_CASE(the_same_errors_thrown_by_the_task_itself_are_its_own)
{
    for (void (*const fn)() :
         {throw_aborted, throw_timed_out, throw_error_of_inner_pool, throw_cancellation_of_inner_pool}) {
        auto task = pool.async_submit(fn);
        BOOST_TEST((outcome_of(task.exception()) == task_end::threw));
        BOOST_TEST(!task.cancelled());
    }
    BOOST_CHECK_THROW(pool.async_submit(throw_error_of_inner_pool).get(), worker_crashed); // it keeps its type
    BOOST_TEST((end_of_task(pool.async_submit(give_unreadable)) == task_end::threw));
}

BOOST_AUTO_TEST_CASE(cancelled_is_asked_of_a_future_that_may_have_no_outcome)
{
    boost::asio::io_context for_gate;
    gate held(for_gate.get_executor());
    auto task = pool.async_submit(hold, held.path());
    BOOST_TEST(!task.cancelled());
    held.open();
    BOOST_TEST(!task.exception());
    BOOST_TEST(!task.cancelled());
    BOOST_CHECK_THROW(future<int>().cancelled(), std::logic_error);
    std::optional<procpool::pool> ending(std::in_place, pool_options{.workers = 1});
    auto left = ending->async_submit(hold, held.path());
    ending.reset();
    BOOST_TEST((outcome_of(left.exception()) == task_end::cancelled));
    BOOST_TEST(left.cancelled());
}

BOOST_AUTO_TEST_CASE(each_call_of_exception_gives_an_object_of_its_own)
{
    auto crashed = pool.async_submit(crash);
    const auto first = crashed.exception(), second = crashed.exception();
    BOOST_TEST((first != second));
    try {
        std::rethrow_exception(first);
    } catch (const worker_crashed& thrown) {
        BOOST_TEST(thrown.report().status.str() == "killed by SIGABRT");
    }
    procpool::pool closed({.workers = 1});
    closed.close();
    auto refused = closed.async_submit(same, 1);
    const auto third = refused.exception();
    BOOST_TEST((third != refused.exception()));
    BOOST_TEST((outcome_of(third) == task_end::pool_closed));
    BOOST_CHECK_THROW(std::rethrow_exception(third), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(the_elements_of_a_task_that_failed_have_exceptions_of_their_own)
{
    boost::asio::io_context for_gate;
    gate held(for_gate.get_executor());
    auto one = pool.async_submit(hold, held.path()), two = pool.async_submit(hold, held.path());
    held.next(), held.next(); // both run: all else waits
    auto stream = pool.imap({.chunk_size = 2}, same, std::views::iota(0, 2));
    pool.cancel_pending();
    std::set<const std::exception*> objects;
    std::vector<std::exception_ptr> kept; // else the second could take the place of the first
    for (int i = 0; i != 2; ++i)
        try {
            stream.next();
        } catch (const std::exception& thrown) {
            objects.insert(&thrown);
            kept.push_back(std::current_exception());
        }
    BOOST_TEST(objects.size() == 2u);
    held.open(2);
    one.get(), two.get();
}

BOOST_AUTO_TEST_CASE(a_future_that_is_listed_twice_is_given_once)
{
    std::vector<future<int>> all;
    all.push_back(pool.async_submit(same, 7)), all.push_back(pool.async_submit(same, 8));
    std::set<std::size_t> places;
    std::array twice{std::ref(all[0]), std::ref(all[1]), std::ref(all[0])};
    auto listed = twice | std::views::transform([](auto& each) -> future<int>& { return each; });
    auto stream = as_completed(listed);
    while (auto each = stream.next()) {
        places.insert(each->index);
        BOOST_TEST(each->get() == 7 + static_cast<int>(each->index));
    }
    BOOST_TEST((places == std::set<std::size_t>{0, 1}));
}

BOOST_AUTO_TEST_CASE(a_future_that_is_listed_twice_ends_each_wait)
{
    auto one = pool.async_submit(same, 7);
    BOOST_TEST(wait(std::tie(one, one)).done == (std::vector<std::size_t>{0, 1}), boost::test_tools::per_element());
    boost::asio::io_context context;
    bool told = false;
    when_all(std::tie(one, one), boost::asio::bind_executor(context, [&](boost::system::error_code) { told = true; }));
    context.run();
    BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(a_long_text_of_an_exception_arrives_whole_or_cut_and_keeps_its_type)
{
    const auto text_of_size = [&](std::size_t size) {
        try {
            pool.async_submit(throw_long, size).get();
        } catch (const std::domain_error& thrown) {
            return std::string(thrown.what());
        }
        return std::string();
    };
    BOOST_TEST(text_of_size(60'000) == std::string(60'000, 'x'));
    BOOST_TEST(text_of_size(1'000'000).starts_with(std::string(10'000, 'x')));
    BOOST_TEST(text_of_size(1'000'000).ends_with("... [cut: the text has 1000000 bytes]"));
}

BOOST_AUTO_TEST_CASE(a_stream_says_which_element_a_result_or_an_exception_belongs_to)
{
    for (const std::optional<std::size_t> chunk_size : {std::optional<std::size_t>(), std::optional<std::size_t>(7)}) {
        auto stream = pool.imap_unordered({.chunk_size = chunk_size}, odd_fails, std::views::iota(0, 1000));
        BOOST_CHECK_THROW(stream.index(), std::logic_error);
        std::set<std::uint64_t> seen;
        for (;;)
            try {
                const auto result = stream.next();
                if (!result)
                    break;
                BOOST_TEST_REQUIRE(static_cast<int>(stream.index()) * 10 == *result);
                seen.insert(stream.index());
            } catch (const std::domain_error& thrown) {
                BOOST_TEST_REQUIRE(thrown.what() == std::to_string(stream.index()));
                seen.insert(stream.index());
            }
        BOOST_TEST(seen.size() == 1000u);
    }
}

BOOST_AUTO_TEST_CASE(an_element_that_the_input_could_not_give_has_an_index_too)
{
    const auto input = std::views::iota(0, 9) |
                       std::views::transform([](int x) { return x == 5 ? throw std::out_of_range("the input") : x; });
    auto stream = pool.imap(same, input);
    for (int i = 0; i != 5; ++i)
        BOOST_TEST(stream.next().value() == i);
    BOOST_CHECK_THROW(stream.next(), std::out_of_range);
    BOOST_TEST(stream.index() == 5u);
    BOOST_TEST(!stream.next().has_value());
    BOOST_TEST(stream.index() == 5u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_CASE(an_awaited_stream_says_which_element_it_gave, pool_on_loop)
{
    run([&]() -> awaitable<void> {
        auto stream = pool->imap_unordered(odd_fails, std::views::iota(0, 100));
        std::set<std::uint64_t> seen;
        for (;;) {
            auto [failure, result] = co_await stream.async_next(boost::asio::as_tuple(boost::asio::use_awaitable));
            if (!failure && !result)
                break;
            BOOST_TEST_REQUIRE((stream.index() % 2 != 0) == (failure != nullptr));
            seen.insert(stream.index());
        }
        BOOST_TEST(seen.size() == 100u);
    });
}

} // namespace procpool::test
