// SPDX-License-Identifier: BSL-1.0
// own executable
// Its operator new fails once, at each of the places in turn where the thread that runs the pool's loop needs memory.
#include "support/left_behind.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

thread_local int left_until_failure = 0; // 0: none is to fail

} // namespace

void* operator new(std::size_t size)
{
    if (left_until_failure != 0 && --left_until_failure == 0)
        throw std::bad_alloc();
    if (void* const memory = std::malloc(size == 0 ? 1 : size))
        return memory;
    throw std::bad_alloc();
}

// Not inline: g++ would take free() for the wrong one.
[[gnu::noinline]] void operator delete(void* memory) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace procpool::test {
namespace {

using namespace std::chrono_literals;

int answer(int number)
{
    return number;
}

int fail(int)
{
    throw std::runtime_error("it failed");
}

/// A pool that has worked: it holds what it needs all the time.
struct warm_pool {
    boost::asio::io_context context{1};
    procpool::pool pool{context, {.workers = 2, .min_workers = 2}};
    std::vector<future<int>> tasks;

    warm_pool() = default;

    bool are_over() const
    {
        return std::ranges::all_of(tasks, [](const auto& each) { return each.ready(); });
    }

    /// Runs until all tasks have their outcomes, or none comes any more. Returns whether an allocation failed.
    bool run(int nth_fails)
    {
        left_until_failure = nth_fails;
        while (!are_over()) {
            try {
                if (context.run_one_for(10s) == 0)
                    break;
            } catch (const std::bad_alloc&) {
            }
        }
        return std::exchange(left_until_failure, 0) == 0;
    }

    template <class Submit>
    void check(Submit submit)
    {
        submit();
        run(0);
        bool has_failed = true;
        for (int nth = 1; has_failed; ++nth) {
            tasks.clear();
            submit();
            has_failed = run(nth);
            BOOST_TEST_REQUIRE(are_over(), "tasks wait for ever when allocation " << nth << " fails");
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_no_memory, nothing_left_behind)

BOOST_AUTO_TEST_CASE(each_answer_is_an_outcome_whichever_allocation_fails)
{
    warm_pool warm;
    warm.check([&] {
        for (int i = 0; i != 100; ++i) {
            warm.tasks.push_back(warm.pool.async_submit(answer, i));
            warm.tasks.push_back(warm.pool.async_submit(fail, i));
        }
    });
}

BOOST_AUTO_TEST_CASE(what_is_cancelled_has_an_outcome_whichever_allocation_fails)
{
    warm_pool warm;
    warm.check([&] {
        for (int i = 0; i != 100; ++i)
            warm.tasks.push_back(warm.pool.async_submit(answer, i));
        for (std::size_t i = 0; i != 100; i += 2)
            warm.tasks[i].cancel();
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
