// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/scheduler.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace procpool::schedule::test {

using namespace std::chrono_literals;

/// What the control page of a task's worker says of it.
enum class word : std::uint8_t { none, queued, running, done };

/// A task, and what really became of it.
struct part {
    task it;
    task_limits limits;
    bool asked = false;
    word says = word::none;
    worker_id on = 0;
    bool ran = false; ///< In this attempt.
    unsigned runs = 0;
    worker_id only_on = 0; ///< 0: any.
    bool given_up = false; ///< Its caller cancelled it, or the pool was terminated.
    bool forgotten = false;
    unsigned waits_since = 0; ///< Which act put it into the queue.
    time_point started{};
    bool answered = false;
    std::optional<reason> failed;
    bool has_outcome() const { return answered || failed; }
};

/// A model of a worker process.
struct stand_in {
    std::deque<part*> tasks; ///< Not yet answered, in the order of their arrival.
    bool ready = false;
    bool terminated = false; ///< It has SIGTERM.
    bool killed = false;
    bool retired = false;
    std::size_t runs = 0;
    bool dead = false; ///< The scheduler does not know yet.

    bool takes_tasks() const noexcept { return ready && !terminated && !killed && !retired; }
    bool works() const noexcept { return takes_tasks() && !dead; }
    part* first(word w) const;
};

/// Without grace: what is condemned is killed at once.
inline constexpr task_limits at_once{.grace = duration::zero(), .kill_grace = duration::zero()};

/// A scheduler on a stage: events are called by the test, actions are performed at once on model workers, and what must
/// never happen ends the test. The clock moves only in pass().
class play {
public:
    explicit play(const limits& l) : limits_(l), scheduler_(l) {}

    part& submit(int priority = 0, std::optional<duration> timeout = {});
    part& submit(const task_limits& limits, int priority = 0);
    part& submit_to(worker_id id);
    /// What is submitted within arrives as one event.
    void together(const std::function<void()>& submissions);
    void cancel(part& p, bool if_running = true);
    /// Tasks that run are not given up by it.
    void cancel_pending(std::uint64_t last_id);
    /// The worker claims the task.
    void start(part& p);
    /// The worker has the answer of its running task; it is held until deliver().
    void complete(part& p);
    void deliver(worker_id id, const schedule::answer& says = {.ran = 1ms});
    /// All three.
    void answer(part& p, const schedule::answer& says = {.ran = 1ms});
    void answer(part& p, duration ran) { answer(p, {.ran = ran}); }

    void ready(worker_id id);
    void die(worker_id id);
    void open();
    void close();
    void resize(std::size_t workers);
    void terminate_workers(duration grace);
    void terminate();
    void pass(duration time);

    /// The actions since the last call, as text: "send t1 w1; ...".
    std::string heard() { return std::exchange(heard_, {}); }
    time_point now() const noexcept { return now_; }
    const scheduler& decisions() const noexcept { return scheduler_; }
    std::map<worker_id, stand_in>& workers() noexcept { return workers_; }
    std::deque<part>& parts() noexcept { return parts_; }

    /// Called before each action: what the workers do while the parent is busy.
    std::function<void(const action&)> meanwhile;
    bool starts_fail = false; ///< Each spawn ends at once.
    /// The pool's executor has no time: of what callers do, only what is decided at once is performed, and the rest with
    /// the next event.
    bool is_busy = false;

private:
    void settle();
    void perform_decided();
    void end_call();
    void tell(const std::string& what);
    void perform_all();
    void tell_and_perform(const action& a);
    void perform(const action& a);
    void spawn(worker_id id);
    void send_all(const action& a);
    void send(part& p, worker_id id);
    void take_back(part& p);
    void end_if_running(part& p, bool stand_in::*how);
    void fail(part& p, reason why);
    void check_rest() const;
    void check_seats() const;
    void again(part& p);
    bool is_being_ended(const part& p) const;
    part& part_of(const action& a);

    limits limits_;
    bool resized_ = false;
    scheduler scheduler_;
    time_point now_{1h};
    std::map<worker_id, stand_in> workers_;
    std::deque<part> parts_; // addresses are stable
    std::string heard_;
    bool together_ = false;
    bool terminated_ = false;
    unsigned act_ = 1; // counts the events from outside
};

/// Plays with one ready worker, or more.
play with_workers(std::size_t count, std::size_t most);
play with_workers(std::size_t count, limits all);

} // namespace procpool::schedule::test
