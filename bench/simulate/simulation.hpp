// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/scheduler.hpp"

#include <cstdint>
#include <deque>
#include <queue>
#include <unordered_map>
#include <vector>

/// What is simulated.
struct scenario {
    std::size_t workers = 2;
    std::size_t tasks = 100'000;
    std::size_t priorities = 1; ///< Tasks have them in turn, 0 first.
    std::chrono::nanoseconds mean_run = std::chrono::microseconds(100);
    double load = 0; ///< Arrivals as a part of what all workers can do; 0: all tasks are there at once.
};

/// What came of it.
struct findings {
    double real_ns_per_task = 0; ///< The scheduler's and the simulation's own, of this machine.
    double actions_per_task = 0; ///< Decisions of the scheduler.
    double efficiency = 0; ///< The shortest time in which so many workers could do it, as a part of the time taken.
    std::vector<double> wait_p50_us; ///< From arrival to start, in simulated time, by priority.
    std::vector<double> wait_p99_us;
};

/// The real scheduler with workers that exist in a table only: a task runs as long as its random, heavy-tailed run time
/// says (Pareto, shape 1.5, at most a thousand times the mean), and time passes from event to event.
class simulation {
public:
    explicit simulation(const scenario& what);
    findings run();

private:
    using worker_id = procpool::schedule::worker_id;
    using time_point = procpool::schedule::time_point;
    using task = procpool::schedule::task;

    struct worker {
        std::deque<task*> sent; // the first one runs
        bool runs = false;
    };
    struct event {
        time_point when;
        worker_id worker; // 0: a task arrives
        friend bool operator>(const event& a, const event& b) noexcept { return a.when > b.when; }
    };

    void submit_next();
    void perform_all();
    void perform(const procpool::schedule::action& next);
    void send(worker_id to, task* first, std::size_t count);
    void take_back(worker_id from, task& t);
    void begin(worker_id id, worker& w);
    void end_of_run(worker_id id);
    void happen(const event& what);
    std::chrono::nanoseconds run_time_of(const task& t) const;
    time_point arrival_of(std::uint64_t id) const;
    findings judge(std::chrono::nanoseconds real) const;

    scenario what_;
    procpool::schedule::scheduler scheduler_;
    std::vector<task> tasks_;
    std::vector<time_point> began_;
    std::unordered_map<worker_id, worker> workers_;
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
    time_point now_{std::chrono::hours(1)};
    const time_point start_ = now_;
    std::size_t submitted_ = 0;
    std::size_t done_ = 0;
    std::size_t actions_ = 0;
    std::chrono::nanoseconds worked_{};
    std::chrono::nanoseconds longest_{};
};
