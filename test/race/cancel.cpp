// SPDX-License-Identifier: BSL-1.0
// Tasks are cancelled by many threads at the moment when their worker becomes free. A ledger knows which of them ran.
#include "support/ledger.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <thread>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;

constexpr std::size_t threads = 4;
constexpr std::size_t each_cancels = 500;

/// A thread's tasks: one at a time is in front of one that is cancelled.
class canceller {
public:
    canceller(pool& p, std::string file, ledger runs, std::size_t first)
        : pool_(p),
          file_(std::move(file)),
          runs_(runs),
          entry_(first)
    {
    }

    void race_once()
    {
        auto before = pool_.async_submit(note, file_, entry_++);
        const std::size_t entry = entry_++;
        auto raced = pool_.async_submit(note, file_, entry);
        if (entry % 8 < 4)
            before.get(); // the worker is free now, or takes the next one
        const bool revoked = raced.cancel();
        const auto failure = raced.exception();
        if (before.valid())
            before.get();
        const unsigned runs = runs_.count(entry);
        revoked_ += revoked;
        is_right_ = is_right_ && (revoked ? runs == 0 && failure : failure || runs == 1) && runs_.count(entry - 1) == 1;
        if (revoked)
            kept_.push_back(entry);
    }

    bool was_right() const { return is_right_; }
    std::size_t revoked() const { return revoked_; }
    /// When nothing can run any more.
    bool none_of_the_revoked_ran() const
    {
        for (const auto entry : kept_)
            if (runs_.count(entry) != 0)
                return false;
        return true;
    }

private:
    pool& pool_;
    std::string file_;
    ledger runs_;
    std::size_t entry_;
    std::size_t revoked_ = 0;
    bool is_right_ = true;
    std::vector<std::size_t> kept_;
};

struct accounts : nothing_left_behind {
    temporary_directory directory;
    std::string file = directory / "ledger";
    ledger runs{file, threads* each_cancels * 2};

    void race(pool& p)
    {
        std::vector<canceller> all;
        for (std::size_t i = 0; i != threads; ++i)
            all.emplace_back(p, file, runs, i * each_cancels * 2);
        {
            std::vector<std::jthread> running;
            for (auto& each : all)
                running.emplace_back([&] {
                    for (std::size_t i = 0; i != each_cancels; ++i)
                        each.race_once();
                });
        }
        p.join();
        std::size_t revoked = 0;
        for (const auto& each : all) {
            BOOST_TEST(each.was_right());
            BOOST_TEST(each.none_of_the_revoked_ran());
            revoked += each.revoked();
        }
        BOOST_TEST(p.stats().cancelled >= revoked);
        BOOST_TEST_MESSAGE(revoked << " of " << threads * each_cancels << " were revoked");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(race_cancel, accounts)

BOOST_AUTO_TEST_CASE(a_task_whose_cancel_returned_true_never_runs)
{
    pool p({.workers = 1});
    race(p);
}

BOOST_AUTO_TEST_CASE(likewise_on_a_loop_of_many_threads_and_with_several_workers)
{
    asio::thread_pool context(2);
    pool p(context, {.workers = 3});
    race(p);
}

BOOST_AUTO_TEST_CASE(likewise_of_tasks_that_run_in_this_process)
{
    pool p({.start = start_method::inline_});
    race(p);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
