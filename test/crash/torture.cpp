// SPDX-License-Identifier: BSL-1.0
// own executable
// Kills random workers while tasks run, and holds each task to account. Arguments, after "--": tasks, kills.
#include "support/ledger.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"
#include "support/workers.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
constexpr std::size_t in_flight = 1'000;

struct share {
    std::size_t tasks;
    std::size_t kills;
};

share wanted_share()
{
    const auto& suite = boost::unit_test::framework::master_test_suite();
    if (suite.argc < 3)
        return is_sanitized ? share{20'000, 100} : share{1'000'000, 5'000};
    return {std::stoul(suite.argv[1]), std::stoul(suite.argv[2])};
}

/// Most tasks are as short as can be; some run long enough to be hit.
void work(const std::string& ledger_file, std::size_t task)
{
    note(ledger_file, task);
    spin(task % 8 == 0 ? 100'000 : 0);
}

/// Kills one random worker for each permission, on a thread of its own: at any instruction of pool and worker.
class killer {
public:
    explicit killer(std::string name) : name_(std::move(name)), thread_([this] { run(); }) {}

    void permit_one()
    {
        permitted_.fetch_add(1);
        permitted_.notify_one();
    }
    void stop()
    {
        stopping_ = true;
        permit_one();
        thread_.join();
    }
    std::size_t kills() const noexcept { return kills_; }

private:
    void run()
    {
        for (std::size_t used = 0;;) {
            permitted_.wait(used);
            if (stopping_)
                return;
            used = permitted_; // what was missed is not made up for: under a volley no worker would ever become ready
            kill_one();
        }
    }

    void kill_one()
    {
        const auto candidates = workers_named(name_);
        if (candidates.empty())
            return;
        if (const auto worker = find_worker(name_, candidates[random_() % candidates.size()]))
            kills_ += worker->kill(SIGKILL);
    }

    std::string name_;
    std::atomic<std::size_t> permitted_ = 0;
    std::atomic<std::size_t> kills_ = 0;
    std::atomic<bool> stopping_ = false;
    std::minstd_rand random_{20'251};
    std::thread thread_;
};

enum class outcome : unsigned char { none, succeeded, crashed, other, twice };

class torture {
public:
    torture(share wanted, std::string ledger_file)
        : wanted_(wanted),
          file_(std::move(ledger_file)),
          runs_(file_, most_tasks(wanted)),
          outcomes_(most_tasks(wanted)),
          pool_(context_, {.workers = 4, .name = name_}),
          killer_(name_)
    {
    }

    void run()
    {
        while (submitted_ != in_flight)
            submit();
        context_.run();
        killer_.stop();
    }

    std::size_t submitted() const noexcept { return submitted_; }
    std::size_t kills() const noexcept { return killer_.kills(); }
    const std::string& name() const noexcept { return name_; }
    procpool::stats stats() const { return pool_.stats(); }
    std::size_t ended(outcome how) const
    {
        return static_cast<std::size_t>(std::count(outcomes_.begin(), outcomes_.end(), how));
    }
    /// Tasks whose own note does not fit what was reported: one note for a success, at most one for a crash.
    std::size_t contradictions() const
    {
        std::size_t found = 0;
        for (std::size_t i = 0; i != submitted_; ++i)
            found += outcomes_[i] == outcome::succeeded ? runs_.count(i) != 1 : runs_.count(i) > 1;
        return found;
    }

private:
    static std::size_t most_tasks(share wanted) { return 16 * wanted.tasks; }
    bool is_enough() const { return submitted_ >= wanted_.tasks && killer_.kills() >= wanted_.kills; }

    void submit()
    {
        const std::size_t task = submitted_++;
        pool_.async_submit(work, file_, task, [this, task](const std::exception_ptr& error) { done(task, error); });
    }

    void done(std::size_t task, const std::exception_ptr& error)
    {
        outcomes_[task] = outcomes_[task] == outcome::none ? outcome_of(error) : outcome::twice;
        if (++done_ % (wanted_.tasks / wanted_.kills) == 0)
            killer_.permit_one();
        if (!is_enough() && submitted_ != outcomes_.size())
            submit();
        else
            pool_.close();
    }

    static outcome outcome_of(const std::exception_ptr& error)
    {
        if (!error)
            return outcome::succeeded;
        try {
            std::rethrow_exception(error);
        } catch (const procpool::worker_crashed&) {
            return outcome::crashed;
        } catch (const std::exception& unexpected) {
            BOOST_TEST_MESSAGE(unexpected.what());
            return outcome::other;
        }
    }

    share wanted_;
    std::string name_ = "torture-" + std::to_string(::getpid());
    std::string file_;
    ledger runs_;
    std::vector<outcome> outcomes_;
    std::size_t submitted_ = 0;
    std::size_t done_ = 0;
    boost::asio::io_context context_;
    procpool::pool pool_;
    killer killer_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_torture, nothing_left_behind)

BOOST_AUTO_TEST_CASE(killing_random_workers_loses_no_task_and_runs_none_twice)
{
    const share wanted = wanted_share();
    const temporary_directory directory;
    std::string name;
    {
        torture test(wanted, directory / "ledger");
        test.run();
        name = test.name();
        std::cout << test.submitted() << " tasks, " << test.kills()
                  << " workers killed: " << test.ended(outcome::succeeded) << " tasks succeeded, "
                  << test.ended(outcome::crashed) << " lost their worker; " << test.stats().started_workers
                  << " workers had become ready\n";
        BOOST_TEST(test.submitted() >= wanted.tasks);
        BOOST_TEST(test.kills() >= wanted.kills);
        BOOST_TEST(test.ended(outcome::succeeded) + test.ended(outcome::crashed) == test.submitted());
        BOOST_TEST(test.contradictions() == 0u);
        BOOST_TEST(test.stats().workers == 0u);
    }
    BOOST_TEST(workers_named(name).empty());
}

BOOST_AUTO_TEST_SUITE_END()
