// SPDX-License-Identifier: BSL-1.0
// What holds while there is more to do than workers can take.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <set>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;

pid_t own_pid()
{
    return ::getpid();
}

/// How many workers could take tasks, from the time when all did, at the least.
struct capacity {
    std::size_t full;
    std::size_t now = 0;
    std::size_t least = full;
    bool was_full = false;

    void see(const event& what)
    {
        now += what.kind == event_kind::worker_ready;
        now -= what.kind == event_kind::worker_recycled || what.kind == event_kind::worker_died;
        was_full |= now >= full;
        if (was_full)
            least = std::min(least, now);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_under_load, pool_on_loop)

BOOST_AUTO_TEST_CASE(workers_that_live_for_one_task_are_exchanged_without_a_gap)
{
    constexpr std::size_t tasks = 100;
    capacity seen{.full = 3};
    bool finished = false;
    pool.emplace(
        context,
        pool_options{.workers = 3, .min_workers = 3, .max_tasks_per_worker = 1, .on_event = [&](const event& what) {
                         if (!finished)
                             seen.see(what);
                     }});
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> outcomes;
        for (std::size_t i = 0; i != tasks; ++i)
            outcomes.push_back(pool->async_submit(own_pid));
        std::set<pid_t> pids;
        for (auto& each : outcomes)
            pids.insert(co_await std::move(each));
        finished = true; // from now on workers may leave without another one
        BOOST_TEST(pids.size() == tasks);
        BOOST_TEST(seen.was_full);
        BOOST_TEST(seen.least >= 3u);
    });
}

BOOST_AUTO_TEST_CASE(no_short_task_waits_behind_a_long_one_while_a_worker_is_free)
{
    gate there(context.get_executor());
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> shorts;
        for (int i = 0; i != 100; ++i)
            shorts.push_back(pool->async_submit(own_pid));
        auto slow = pool->async_submit(hold, there.path());
        for (int i = 0; i != 100; ++i)
            shorts.push_back(pool->async_submit(own_pid));
        const pid_t busy = co_await there.async_next();
        for (int i = 0; i != 100; ++i)
            shorts.push_back(pool->async_submit(own_pid));
        for (auto& each : shorts)
            BOOST_TEST(co_await std::move(each) > 0);
        BOOST_TEST(!slow.ready());
        there.open();
        BOOST_TEST(co_await std::move(slow) == busy);
    });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
