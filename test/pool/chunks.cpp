// SPDX-License-Identifier: BSL-1.0
// Elements of a map that travel together: how many, and that none pays for another one.
#include "pool/elements.hpp"
#include "support/ledger.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <csignal>
#include <ranges>
#include <unistd.h>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;

/// Notes that it ran, and kills its worker if it is one of the victims.
int die_if(const std::string& ledger_file, bool is_victim, int x)
{
    note(ledger_file, static_cast<std::size_t>(x));
    if (is_victim)
        ::raise(SIGKILL);
    return x;
}

std::string repeat(std::size_t count)
{
    return std::string(count, 'x');
}

pid_t run_for(std::chrono::microseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
    return ::getpid();
}

struct picky {
    int value = 0;

    template <class Archive>
    void save(Archive& to) const
    {
        if (value == 3)
            throw std::domain_error("not three");
        to(value);
    }
    template <class Archive>
    void load(Archive& from)
    {
        from(value);
    }
};

struct adder {
    std::string text;
    std::string operator()(const std::string& more) const { return text + more; }
};

struct two_workers : nothing_left_behind {
    procpool::pool pool{{.workers = 2}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_chunks, two_workers)

BOOST_AUTO_TEST_CASE(short_elements_travel_together)
{
    pool.map(twice, up_to(20'000));
    const auto tasks = pool.stats().submitted;
    BOOST_TEST(tasks < 10'000u);
    pool.map({.chunk_size = 100}, twice, up_to(1000));
    BOOST_TEST(pool.stats().submitted == tasks + 10);
    pool.map({.chunk_size = 300}, twice, up_to(1000));
    BOOST_TEST(pool.stats().submitted == tasks + 14);
}

BOOST_AUTO_TEST_CASE(long_elements_travel_alone)
{
    pool.map(run_for, std::vector(20, 1000us));
    BOOST_TEST(pool.stats().submitted == 20u);
}

BOOST_AUTO_TEST_CASE(elements_that_turn_out_long_are_given_back_unanswered)
{
    std::vector<std::chrono::microseconds> times(4100, 0us);
    std::ranges::fill(times | std::views::drop(4000), 1000us);
    BOOST_TEST(pool.map(run_for, times).size() == 4100u);
    BOOST_TEST(pool.stats().submitted >= 4000u / 512 + 100 / 3); // a worker gives back what it has after 2 ms
}

BOOST_AUTO_TEST_CASE(elements_with_limits_of_their_own_travel_alone)
{
    pool.map({.task = {.timeout = 1h}}, twice, up_to(1000));
    BOOST_TEST(pool.stats().submitted == 1000u);
    pool.map({.chunk_size = 500, .task = {.timeout = 1h}}, twice, up_to(1000));
    BOOST_TEST(pool.stats().submitted == 1002u);
}

BOOST_AUTO_TEST_CASE(results_may_be_large_move_only_or_nothing)
{
    const std::vector<std::size_t> sizes{300'000, 1, 70'000, 0};
    const auto texts = pool.map({.chunk_size = 4}, repeat, sizes);
    for (std::size_t i = 0; i != sizes.size(); ++i)
        BOOST_TEST(texts[i].size() == sizes[i]);
    const auto boxed = pool.map([](int x) { return std::make_unique<int>(x); }, up_to(10));
    BOOST_TEST(*boxed.back() == 9);
    const std::vector<std::monostate> ended = pool.map([](int) {}, up_to(10));
    BOOST_TEST(ended.size() == 10u);
}

BOOST_AUTO_TEST_CASE(a_function_object_with_state_is_sent_once_for_each_task)
{
    const auto all = pool.map(adder{"a"}, std::vector<std::string>{"b", "c"});
    BOOST_TEST(all == (std::vector<std::string>{"ab", "ac"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_element_that_forks_and_returns_twice_has_one_result)
{
    const auto fork_once = [](int x) {
        ::fork();
        return x;
    };
    BOOST_TEST(pool.map({.chunk_size = 10}, fork_once, up_to(10)).size() == 10u);
}

BOOST_AUTO_TEST_CASE(an_element_that_cannot_be_encoded_fails_alone)
{
    std::vector<picky> input{{1}, {2}, {3}, {4}};
    auto stream = pool.imap(
        {.chunk_size = 2}, [](const picky& p) { return p.value; }, input);
    BOOST_TEST(stream.next().value() == 1);
    BOOST_TEST(stream.next().value() == 2);
    BOOST_TEST(code_thrown_by([&] { stream.next(); }) == make_error_code(errc::not_serializable));
    BOOST_TEST(stream.next().value() == 4);
    BOOST_TEST(!stream.next().has_value());
}

BOOST_AUTO_TEST_CASE(an_element_that_kills_its_worker_fails_alone_and_each_element_runs_once)
{
    constexpr int count = 3000;
    const temporary_directory folder;
    const ledger runs(folder.path() / "runs", count);
    const auto is_victim = [](int x) { return x % 1000 == 777; };
    const auto input = std::views::iota(0, count) | std::views::transform([&](int x) {
                           return std::tuple((folder.path() / "runs").string(), is_victim(x), x);
                       });
    for (const std::optional<std::size_t> size : {std::optional<std::size_t>(), std::optional<std::size_t>(100)}) {
        auto stream = pool.imap({.chunk_size = size}, die_if, input);
        for (int i = 0; i != count; ++i)
            if (is_victim(i))
                BOOST_CHECK_EXCEPTION(stream.next(), worker_crashed,
                                      [](const auto& e) { return e.status().signal == SIGKILL; });
            else
                BOOST_TEST_REQUIRE(stream.next().value() == i);
        BOOST_TEST(!stream.next().has_value());
    }
    for (std::size_t i = 0; i != count; ++i)
        BOOST_TEST_REQUIRE(runs.count(i) == 2u); // once in each of the two loops
    BOOST_TEST(pool.stats().crashed_workers == 6u);
}

BOOST_AUTO_TEST_CASE(max_result_bytes_is_for_each_element)
{
    procpool::pool narrow({.workers = 1, .max_result_bytes = 4096});
    BOOST_TEST(narrow.map({.chunk_size = 200}, repeat, std::vector<std::size_t>(1000, 100)).size() == 1000u);
    BOOST_TEST(narrow.map(repeat, std::vector<std::size_t>(1000, 100)).size() == 1000u);
    auto stream = narrow.imap({.chunk_size = 3}, repeat, std::vector<std::size_t>{4000, 5000, 4000});
    BOOST_TEST(stream.next().value().size() == 4000u);
    BOOST_CHECK_EXCEPTION(stream.next(), boost::system::system_error, [](const auto& e) {
        return std::string(e.what()).find("result of 5008 bytes is larger than pool_options::max_result_bytes") !=
               std::string::npos;
    });
    BOOST_TEST(stream.next().value().size() == 4000u);
    BOOST_TEST(!stream.next().has_value());
}

BOOST_AUTO_TEST_CASE(an_element_of_the_largest_size_travels_behind_as_many_others_as_may_be)
{
    procpool::pool narrow({.workers = 1, .max_result_bytes = 100'008});
    const std::vector<std::size_t> sizes{60'000, 100'000, 32'000, 32'000, 100'000};
    const auto texts = narrow.map({.chunk_size = 5}, repeat, sizes);
    for (std::size_t i = 0; i != sizes.size(); ++i)
        BOOST_TEST(texts[i].size() == sizes[i]);
    BOOST_TEST(narrow.stats().crashed_workers + narrow.stats().killed_workers == 0u);
}

BOOST_AUTO_TEST_CASE(the_answers_of_a_chunk_whose_worker_dies_are_not_lost_when_they_are_large)
{
    const auto blow_up = [](int x) {
        if (x == 9)
            ::raise(SIGKILL);
        return std::string(20'000, static_cast<char>('a' + x));
    };
    auto stream = pool.imap({.chunk_size = 20}, blow_up, up_to(20));
    for (int i = 0; i != 20; ++i)
        if (i == 9)
            BOOST_CHECK_THROW(stream.next(), worker_crashed);
        else
            BOOST_TEST(stream.next().value() == std::string(20'000, static_cast<char>('a' + i)));
    BOOST_TEST(!stream.next().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
