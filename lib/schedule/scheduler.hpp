// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/action_queue.hpp"
#include "schedule/by_load.hpp"
#include "schedule/send_ahead.hpp"
#include "schedule/start_policy.hpp"
#include "schedule/waiting_tasks.hpp"
#include "schedule/worker.hpp"

#include <deque>
#include <set>
#include <unordered_map>
#include <vector>

namespace procpool::schedule {

struct limits {
    std::size_t max_workers = 1;
    std::size_t min_workers = 0; ///< Started at once and kept.
    duration start_timeout = std::chrono::seconds(30);
    duration retire_timeout = std::chrono::seconds(5); ///< A retired worker that is still there then is killed.
    std::optional<duration> idle_timeout{};            ///< Workers beyond min_workers leave after it.
    std::optional<std::size_t> max_tasks{};            ///< Of one worker; up to an eighth fewer.
    std::optional<duration> max_age{};                 ///< Of one worker; up to an eighth less.
    unsigned max_kills = 3;                            ///< A task that ended so many workers is not run again.
};

/// Counts since the beginning.
struct tally {
    std::uint64_t submitted = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    std::uint64_t cancelled = 0;
    std::uint64_t started_workers = 0;
    std::uint64_t crashed_workers = 0;
    std::uint64_t killed_workers = 0;
    std::uint64_t recycled_workers = 0;
    std::uint64_t retried = 0;
};

/// What a worker says with an answer.
struct answer {
    bool succeeded = true;
    bool too_large = false; ///< The worker's memory has grown beyond its limit.
    duration ran{};         ///< By the worker's own word.
};

/// What becomes of an answer.
enum class verdict : std::uint8_t {
    deliver, ///< The caller gets it.
    drop,    ///< The caller has another outcome already.
    retry,   ///< The task will run again.
};

/// Decides which task goes to which worker, what is sent ahead and taken back, and when workers are started, killed and
/// retired. It is told of events and answers with actions; it does nothing itself, and knows no clock but its
/// arguments. Not thread-safe. All actions must be performed, in order, before the next event from outside; only
/// submissions and answers may follow each other without that. Those of next_decided() are enough.
class scheduler {
public:
    explicit scheduler(const limits& l) : limits_(l) {}

    // Events of tasks.
    void submit(arrivals arrived, time_point now);
    /// A task for that worker alone. When the worker takes no tasks, or none any more, the task is cancelled.
    void submit_to(worker_id id, task& t, time_point now);
    /// The caller gave the task up. `if_running`: also when it runs; then its limits say what becomes of it.
    void cancel(task& t, bool if_running, time_point now);
    /// The callers of all tasks up to that id gave up those that have not started.
    void cancel_pending(std::uint64_t last_id, time_point now);
    /// A task came back. Unless it is to run again, the scheduler will not touch it any more.
    verdict answered(task& t, const answer& a, time_point now);
    /// Answer to take_back. Success: the task had not started and cannot start there any more.
    void taken_back(task& t, bool success, time_point now);
    /// Answer to inspect: when the task started, if it did, and whether its run has ended.
    void inspected(task& t, std::optional<time_point> started, bool has_ended, time_point now);
    /// Answer to end_if_running and kill_if_running: the task did not run any more, and its worker lives.
    void spared(task& t, time_point now);
    /// One task of a worker that has ended, told before worker_ended. `started`: it may have run there.
    void lost(task& t, bool started, time_point now);

    // Events of workers and of the pool.
    void worker_ready(worker_id id, time_point now);
    void worker_ended(worker_id id, time_point now);
    /// The pool exists: starts min_workers.
    void open(time_point now);
    /// No more tasks will come; workers are retired when all is done.
    void close(time_point now);
    /// From now on there are at most so many workers, and fewer at least if need be.
    void resize(std::size_t max_workers, time_point now);
    /// All workers are to end: SIGTERM now, SIGKILL after the grace. What has not started there runs elsewhere.
    void terminate_workers(duration grace, time_point now);
    /// Cancels everything and kills all workers. Implies close.
    void terminate();
    void tick(time_point now);

    /// The next thing to do, if there is one. What follows from submissions and answers is decided here, when all else
    /// is done: once for all that arrived together.
    std::optional<action> next_action();
    /// Returns the next action that is decided already, without deciding more. After a submission, a cancellation or
    /// terminate_workers(), and the ends of workers that follow from them, it never sends a task, and starts or retires
    /// no worker.
    std::optional<action> next_decided() { return actions_.pop(); }
    /// When tick() must be called at the latest; empty: not at all.
    std::optional<time_point> next_alarm() const;

    bool has_tasks() const noexcept { return !waiting_.empty() || sent_ != 0 || resting_ != 0 || bound_ != 0; }
    /// Closed, nothing left to do, and no worker exists.
    bool drained() const noexcept { return closed_ && !has_tasks() && workers_.empty(); }
    std::size_t worker_count() const noexcept { return workers_.size(); }
    std::size_t ready_count() const noexcept { return ready_.size(); }
    std::size_t busy_count() const noexcept { return ready_.size() - ready_.idle(); }
    std::size_t waiting_count() const noexcept { return waiting_.size() + bound_; }
    /// Those that take tasks, or will when they are ready, or when they are spared.
    std::vector<worker_id> all_workers() const;
    std::size_t resting_count() const noexcept { return resting_; }
    std::size_t sent_count() const noexcept { return sent_; }
    const tally& counts() const noexcept { return counts_; }

private:
    struct earlier {
        bool operator()(const task* a, const task* b) const noexcept;
        bool operator()(const worker* a, const worker* b) const noexcept;
    };
    static constexpr duration longest_hold = std::chrono::milliseconds(1);
    static constexpr duration longest_wait_there = std::chrono::milliseconds(50);

    void push(action_kind kind, worker_id on, task* about = nullptr, reason why = {})
    {
        actions_.push(kind, why, false, false, on, about, std::size_t{1});
    }
    void finish(task& t, reason why);
    void forget(task& t);

    // scheduler_tasks.cpp
    void dispatch(time_point now);
    std::size_t share_of(const worker& w) const noexcept;
    void send_some(worker& w, time_point now);
    void send(task& t, worker& w, bool may_hold, time_point now);
    void count_sent(worker& w, std::size_t count, time_point now);
    void touch(worker& w);
    void update_loads();
    void make_way_for(int priority);
    void watch_sent(const worker& w, time_point now);
    void take_from_late(worker& w);
    void rebalance();
    void take_from_leaving();
    void ask_back(task& t, recall why);
    void began(task& t);
    void leave_worker(task& t, time_point now);
    void expire(task& t, reason why);

    // scheduler_bound.cpp
    void bind(task& t, worker& w);
    void unbind(task& t);
    void send_bound(time_point now);
    void send_bound_to(worker& w, time_point now);
    void drop_bound(worker& w, std::uint64_t last_id);

    // scheduler_retries.cpp
    static bool may_run_again(const task& t) noexcept;
    void end_crashed(task& t);
    void rest(task& t, time_point now);
    void go_on(task& t);
    void cancel_resting(std::uint64_t last_id);

    // scheduler_limits.cpp
    static std::optional<reason> over_while_waiting(const task& t, time_point now) noexcept;
    void give_up_running(task& t, time_point now);
    void condemn(task& offender, reason why, time_point now);
    void press(worker& w, time_point now);
    void reprieve(worker& w, time_point now);
    void clear(worker& w, const task* but_for);
    void doubt(task& t, time_point now);
    static bool has_only_over(const worker& w) noexcept;
    static bool is_stuck(const task& t, time_point now) noexcept;
    void take_up(worker& w, time_point now);
    void watch(task& t, time_point when);
    void watch_waiting(task& t);
    void not_begun(task& t, time_point now);
    void watch_for_start(task& t, time_point now);
    void watch_running(task& t, time_point started, bool has_ended, time_point now);
    void unwatch(task& t);

    // scheduler_workers.cpp
    void join_ready(worker& w);
    void leave_ready(worker& w);
    std::size_t wanted_workers() const noexcept;
    bool may_start_worker() const noexcept;
    void start_workers(time_point now);
    void spawn_one(time_point now);
    void fail_waiting(reason why);
    void retire_workers(time_point now);
    void kill(worker& w, reason why);
    void terminate_worker(worker& w, duration grace, time_point now);
    void set_alarm(worker& w, std::optional<time_point> when);
    void end_late_workers(time_point now);
    void look_at_sent(time_point now);
    void retire(worker& w, reason why, time_point now);

    // scheduler_staff.cpp
    void staff(time_point now);
    void fill_seats(time_point now);
    void hire(worker& w, time_point now);
    void make_due(worker& w);
    void start_leaving(worker& w);
    void leave_when_idle(worker& w);
    void take_off_lists(worker& w);
    bool has_enough_without_due() const noexcept;
    std::size_t seats_taken() const noexcept;
    std::size_t replacements_at_once() const noexcept;
    void review(worker& w, time_point now);
    void set_review(worker& w, time_point now);

    limits limits_;
    waiting_tasks waiting_;
    std::unordered_map<worker_id, worker> workers_; // addresses are stable
    by_load ready_;                                 // those that take tasks
    std::vector<worker*> touched_;                  // of these; for update_loads()
    std::deque<worker*> standby_;                   // in the order in which they became ready
    std::deque<worker*> due_;                       // of the ready ones, oldest first
    std::vector<worker*> idle_leaving_;             // those that leave and have nothing left to do
    send_ahead ahead_;
    start_policy starts_;
    std::set<task*, earlier> watched_;       // tasks with a limit
    std::set<worker*, earlier> alarms_;      // workers that must be ready, or gone, by a time
    std::optional<time_point> look_at_;      // when to look at what workers have not answered
    std::optional<time_point> undispatched_; // of the last event since dispatch() that asks for it
    action_queue actions_;
    action_queue collects_; // last: their answers end tasks that other actions may be about
    tally counts_;
    worker_id last_worker_ = 0;
    std::size_t sent_ = 0;
    std::size_t abandoned_ = 0; // of the sent ones: finished, and with workers that take no tasks
    std::size_t resting_ = 0;
    std::size_t bound_ = 0; // waiting for one worker each
    std::size_t starting_ = 0;
    std::size_t leaving_ = 0; // and not retired yet
    std::size_t retiring_ = 0;
    bool closed_ = false;
};

} // namespace procpool::schedule
