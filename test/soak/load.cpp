// SPDX-License-Identifier: BSL-1.0
#include "soak/load.hpp"

#include "soak/station.hpp"
#include "soak/troublemaker.hpp"
#include "support/skip.hpp"

#include <cstdlib>
#include <iostream>
#include <list>
#include <unistd.h>
#include <vector>

namespace procpool::soak {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

const std::string workers_name = "soak-" + std::to_string(::getpid());

station::settings with_loop_of_two_threads()
{
    return {.name = "two-threads",
            .threads = 2,
            .options = {.workers = 3, .name = workers_name, .max_tasks_per_worker = 20}};
}

station::settings with_own_thread()
{
    return {.name = "own-thread",
            .options = {
                .workers = 3, .min_workers = 1, .name = workers_name, .idle_timeout = 20ms, .max_worker_age = 400ms}};
}

station::settings with_short_queue()
{
    return {.name = "short-queue",
            .threads = 1,
            .options = {.workers = 2, .name = workers_name, .max_pending = 40, .when_full = when_full::wait}};
}

// Of what the initializer has taken, each worker has its part.
void take_memory()
{
    static const std::vector<char> taken(1024 * 1024, 'x');
}

station::settings with_fork_server()
{
    return {.name = "forked",
            .threads = 1,
            .options = {.workers = 3,
                        .name = workers_name,
                        .start = start_method::forkserver,
                        .initializer = procpool::task(take_memory),
                        .start_timeout = 5s,
                        .max_tasks_per_worker = 20}};
}

class load {
public:
    load(std::uint32_t seed, tally& tally) : tally_(tally), trouble_(workers_name, seed, tally)
    {
        for (const auto& make : {with_loop_of_two_threads, with_own_thread, with_short_queue})
            stations_.emplace_back(make(), ++seed, tally);
        if (!test::is_thread_sanitized) // which starts a thread before main
            stations_.emplace_back(with_fork_server(), ++seed, tally);
    }

    void run_until(const goal& wanted)
    {
        while (!is_reached(wanted)) {
            std::this_thread::sleep_for(100ms);
            report_now_and_then();
            end_if_stuck();
        }
    }

private:
    bool is_reached(const goal& wanted) const
    {
        return clock::now() - start_ >= wanted.time && tally_.tasks() >= wanted.tasks &&
               tally_.least() >= wanted.of_each_kind;
    }

    void report_now_and_then()
    {
        if (clock::now() < next_report_)
            return;
        next_report_ += 10s;
        std::cout << std::chrono::duration_cast<std::chrono::seconds>(clock::now() - start_).count()
                  << " s: " << tally_.tasks() << " tasks, " << tally_.count(outcome::given_up) << " cancelled, "
                  << tally_.count(outcome::timed_out) << " timed out; workers: " << tally_.count(trouble::killed)
                  << " killed, " << tally_.count(trouble::stopped) << " stopped, " << tally_.count(trouble::recycled)
                  << " recycled; pools: " << tally_.count(trouble::resized) << " times resized, "
                  << tally_.count(trouble::pool_replaced) << " replaced; " << tally_.faults() << " faults\n"
                  << std::flush;
    }

    void end_if_stuck()
    {
        if (std::exchange(tasks_seen_, tally_.tasks()) != tally_.tasks())
            last_progress_ = clock::now();
        if (clock::now() - last_progress_ < 2min)
            return;
        for (const auto& each : stations_)
            std::cout << each.describe() << "\n";
        std::cout << "FAILED: no task has ended for two minutes" << std::endl;
        std::_Exit(EXIT_FAILURE);
    }

    tally& tally_;
    const clock::time_point start_ = clock::now();
    clock::time_point next_report_ = start_ + 10s;
    clock::time_point last_progress_ = start_;
    std::size_t tasks_seen_ = 0;
    troublemaker trouble_; // goes on until the stations are gone
    std::list<station> stations_;
};

} // namespace

void run_load(const goal& wanted, std::uint32_t seed, tally& tally)
{
    load(seed, tally).run_until(wanted);
}

} // namespace procpool::soak
