// SPDX-License-Identifier: BSL-1.0
// Thousands of random events; the stage (play.cpp) ends the test when a promise is broken.
#include "play.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <random>
#include <vector>

namespace procpool::schedule::test {
namespace {

class storm {
public:
    explicit storm(unsigned seed) : random_(seed), longest_ran_(one_in(2) ? 1us : 1ms), play_(any_limits())
    {
        play_.meanwhile = [this](const action&) {
            if (one_in(3))
                work_somewhere();
        };
        play_.open();
    }

    void step()
    {
        play_.starts_fail = one_in(20);
        play_.is_busy = one_in(3);
        if (one_in(100))
            return play_.resize(1 + below(4));
        if (one_in(200))
            return play_.terminate_workers(duration(below(2'000'000)) * below(2));
        if (one_in(30))
            return submit_to_one();
        switch (below(13)) {
        case 0:
        case 1:
            return submit();
        case 2:
            return one_in(4) ? submit_some() : submit();
        case 3:
            return play_.pass(duration(below(3'000'000)));
        case 4:
            return cancel_one();
        case 5:
            return one_in(4) ? die_somewhere() : end_of_the_killed();
        case 6:
            return start_somewhere();
        default:
            work_somewhere();
            return deliver_somewhere();
        }
    }

    /// Lets everything end, and checks that it did.
    void finish(bool gently)
    {
        gently ? play_.close() : play_.terminate();
        play_.starts_fail = false;
        play_.is_busy = false;
        for (int i = 0; !play_.decisions().drained(); ++i) {
            BOOST_REQUIRE(i < 100'000);
            start_somewhere();
            work_somewhere();
            deliver_somewhere();
            end_of_the_killed();
            play_.pass(1ms);
        }
        play_.pass(1ms); // an alarm to collect may still be set, for nothing
        check_ends();
    }

private:
    limits any_limits()
    {
        const auto perhaps = [this](auto value) { return one_in(2) ? std::optional(value) : std::nullopt; };
        return {.max_workers = 1 + below(4),
                .min_workers = below(2),
                .start_timeout = 50ms,
                .retire_timeout = 20ms,
                .idle_timeout = perhaps(duration(1 + below(10'000'000))),
                .max_tasks = perhaps(1 + below(20)),
                .max_age = perhaps(duration(1 + below(30'000'000))),
                .max_kills = static_cast<unsigned>(1 + below(3))};
    }

    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
    bool one_in(std::size_t n) { return below(n) == 0; }

    /// A worker of those for which a condition holds; 0 when there is none.
    worker_id any_worker(const std::function<bool(const stand_in&)>& fits)
    {
        std::vector<worker_id> found;
        for (const auto& [id, w] : play_.workers())
            if (fits(w))
                found.push_back(id);
        return found.empty() ? 0 : found[below(found.size())];
    }

    void submit()
    {
        task_limits limits = at_once;
        const auto any_time = [this] { return one_in(4) ? std::optional<duration>(below(4'000'000)) : std::nullopt; };
        const auto any_end = [this] {
            return one_in(8) ? std::optional(play_.now() + duration(below(8'000'000))) : std::nullopt;
        };
        limits.timeout = any_time();
        limits.soft_timeout = any_time();
        limits.queue_end = any_end();
        limits.deadline = any_end();
        limits.on_cancel = static_cast<when_cancelled>(below(3));
        limits.grace = any_time().value_or(duration::zero());
        limits.kill_grace = any_time().value_or(duration::zero());
        limits.retries = one_in(3) ? static_cast<unsigned>(below(4)) : 0;
        limits.retry_exceptions = one_in(2);
        limits.retry_pause = any_time().value_or(duration::zero());
        play_.submit(limits, static_cast<int>(below(3)));
    }

    void submit_to_one()
    {
        if (const worker_id id = any_worker([](const stand_in&) { return true; }))
            play_.submit_to(id);
    }

    void submit_some()
    {
        play_.together([this] {
            for (std::size_t count = below(8); count != 0; --count)
                submit();
        });
    }

    void cancel_one()
    {
        if (play_.parts().empty())
            return;
        if (one_in(20))
            return play_.cancel_pending(below(play_.parts().size()) + 1);
        const worker_id busy = any_worker([](const stand_in& w) { return w.works() && w.first(word::running); });
        if (busy && one_in(2))
            return play_.cancel(*play_.workers().at(busy).first(word::running), one_in(2));
        const std::size_t newest = std::min<std::size_t>(play_.parts().size(), 20);
        part& p = play_.parts()[play_.parts().size() - 1 - below(newest)];
        if (!p.has_outcome())
            play_.cancel(p, one_in(2));
    }

    // No event for the scheduler: workers do this at any moment.
    void work_somewhere()
    {
        const worker_id id = any_worker([](const stand_in& w) { return w.works() && !w.tasks.empty(); });
        if (!id)
            return;
        const stand_in& w = play_.workers().at(id);
        if (part* running = w.first(word::running))
            play_.complete(*running);
        if (part* next = w.first(word::queued); next && !one_in(4))
            play_.start(*next);
    }

    void deliver_somewhere()
    {
        if (const worker_id id = any_worker([](const stand_in& w) { return w.ready; }))
            play_.deliver(id, {.succeeded = !one_in(5),
                               .too_large = one_in(50),
                               .ran = duration(below(static_cast<std::size_t>(longest_ran_.count())))});
    }

    void start_somewhere()
    {
        if (const worker_id id = any_worker([](const stand_in& w) { return !w.ready && !w.killed; }))
            play_.ready(id);
    }

    void die_somewhere()
    {
        if (const worker_id id = any_worker([](const stand_in&) { return true; }))
            play_.die(id);
    }

    void end_of_the_killed()
    {
        if (const worker_id id = any_worker([](const stand_in& w) { return w.terminated || w.killed || w.retired; }))
            play_.die(id);
    }

    void check_ends()
    {
        for (const part& p : play_.parts())
            BOOST_REQUIRE_MESSAGE(p.has_outcome() && p.forgotten, "task " << p.it.id << " has an end");
        const tally& counts = play_.decisions().counts();
        BOOST_TEST(counts.submitted == play_.parts().size());
        BOOST_TEST(counts.submitted == counts.succeeded + counts.failed + counts.cancelled);
        BOOST_TEST(!play_.decisions().next_alarm());
        BOOST_TEST(play_.workers().empty());
    }

    std::mt19937 random_;
    duration longest_ran_;
    play play_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(schedule_scheduler_random)

BOOST_DATA_TEST_CASE(no_order_of_events_breaks_a_promise, boost::unit_test::data::xrange(60), seed)
{
    storm events(static_cast<unsigned>(seed));
    for (int i = 0; i < 1500; ++i)
        events.step();
    events.finish(seed % 2 == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule::test
