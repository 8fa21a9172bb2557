// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/launch.hpp"
#include "link/link.hpp"
#include "link/live_groups.hpp"
#include "link/relay.hpp"
#include "pool/fork_server.hpp"
#include "pool/joins.hpp"
#include "pool/runner.hpp"
#include "regions.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <vector>

namespace procpool::detail {

class pool_impl;

/// The part of a pool that one thread at a time is in: carries events from callers and links to the scheduler, and
/// performs the scheduler's actions on the links. Decides nothing. Not thread-safe; pool_impl lets threads in.
class engine final : public runner, public link::link_events {
public:
    engine(pool_impl& pool, const boost::asio::any_io_executor& executor, const pool_options& options);
    ~engine() override;

    settled_operations take_settled() override { return settled_.take(); }
    procpool::stats stats() const override;
    std::vector<schedule::worker_id> workers() const override { return scheduler_.all_workers(); }

    // From callers.
    void accept(schedule::arrivals submitted) override;
    void accept_for(schedule::worker_id worker, operation_ptr submitted) override;
    bool cancel(operation& op, bool if_running) override;
    void cancel_pending(std::uint64_t last_id) override;
    void terminate_workers(std::chrono::nanoseconds grace) override;
    void turn() override;
    void open() override;
    void close() override;
    void resize(std::size_t workers) override;
    void terminate() override;
    void join(std::shared_ptr<join_operation> waiting, deadline end) override;
    void stop_joining(const std::shared_ptr<join_operation>& waiting) override;
    void resume_output() override;
    /// Workers are killed and reaped.
    void abandon() noexcept override;

    // From the fork server.
    const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
    /// Throws when the worker cannot be watched; then it is gone.
    void worker_forked(schedule::worker_id id, link::launched started, std::optional<schedule::reason> unwanted);
    void worker_not_started(schedule::worker_id id, const std::string& why);
    void tell_died(const link::link& worker);

    // From links.
    void enter(link::link& from, void (link::link::*event)(std::size_t), std::size_t count) override;
    void worker_ready(link::link& from) override;
    void worker_refused(link::link& from, std::span<const std::byte> exception) override;
    void worker_forked(link::link& from, std::uint64_t number) override;
    void task_answered(scheduled_operation& op, const wire::frame& answer, region_ptr shown) override;
    bool worker_wrote(link::link& from, const link::output_pipe& to, const link::line_splitter::line& line) override;
    void batch_done() override;
    void worker_ended(link::link& from) override;

private:
    struct seat { // of a worker
        std::shared_ptr<link::link> link;
        bool too_late = false;   // it was not ready in time
        bool has_unsent = false; // it is in to_flush_
        std::optional<schedule::reason> retired_for;
    };

    schedule::time_point now() noexcept;
    void perform_decided();
    void lose_tasks(link::link& with);
    void perform_all();
    void perform(const schedule::action& action);
    void perform_on_worker(const schedule::action& action, seat& at);
    void spawn(schedule::worker_id id);
    void add_worker(schedule::worker_id id, link::launched started);
    bool fork_server_is_leaving();
    void flush_soon(seat& at) noexcept;
    void send_all(seat& at, const schedule::action& send);
    void send_one(link::link& to, scheduled_operation& op, bool may_hold);
    void take_back(seat& at, scheduled_operation& op);
    void inspect(const seat& at, scheduled_operation& op);
    void end_if_running(seat& at, scheduled_operation& op, void (link::link::*end)() noexcept);
    void kill(seat& at, schedule::reason why);
    void kill(schedule::worker_id id, schedule::reason why);
    void count_finished(const scheduled_operation& op) noexcept;
    void finish(const schedule::action& action);
    outcome failure_of(const schedule::action& action);
    void settle_ended();
    void forget(scheduled_operation& op) noexcept;
    void collect_held();
    void flush();
    void set_timer();
    void on_timer();
    void on_shutdown_limit();
    bool has_writers() const noexcept;
    void relay_output();
    void on_relay_timer();
    void complete_joins();

    // engine_memory.cpp
    void note_big_payload() noexcept;
    void set_memory_timer();
    void on_memory_timer();

    // engine_events.cpp
    void tell_started(const link::link& worker);
    void tell_not_started(schedule::worker_id id);
    void tell_worker(event_kind kind, const link::link& worker);
    void tell_ended(const link::link& worker, const seat& at);
    void tell_task(event_kind kind, const scheduled_operation& op, task_end end = task_end::none);
    void tell_finished(const schedule::action& finish);
    void tell_queued(schedule::arrivals& submitted);
    schedule::task* next_behind(const scheduled_operation& op) const noexcept;
    void tell_next(schedule::task* first);

    pool_impl& pool_;
    const bool wants_events_;
    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer timer_;
    joins joins_;
    std::optional<schedule::time_point> timer_set_to_;
    link::launch_plan plan_;
    wire::configuration first_message_;
    std::uint32_t first_modules_;          // that its initializer refers to
    link::attached_ptr first_descriptors_; // that go with it
    std::chrono::nanoseconds start_timeout_;
    std::optional<fork_server> fork_server_;
    schedule::scheduler scheduler_;
    boost::unordered_flat_map<schedule::worker_id, seat> seats_;
    std::vector<schedule::worker_id> to_flush_; // has room for all seats
    std::vector<schedule::worker_id> to_collect_;
    operation_list ended_; // without an answer, since the last turn
    settled_operations settled_;
    std::optional<schedule::time_point> now_;  // read once for all events that arrive together
    const link::link* ended_worker_ = nullptr; // whose tasks are being finished
    std::string start_failure_ = "no worker has been tried yet";
    std::deque<schedule::worker_id> vacant_; // that have died and were not replaced; only if events are wanted
    std::size_t finished_tasks_ = 0;         // since the last turn
    std::size_t finished_bytes_ = 0;
    link::relay relay_out_{output_stream::out};
    link::relay relay_err_{output_stream::err};
    region_user keeps_regions_;
    std::optional<schedule::time_point> last_big_payload_; // until its memory was given back
    boost::asio::steady_timer memory_timer_;
    bool memory_timer_is_set_ = false;
    boost::asio::steady_timer relay_timer_;
    bool relay_timer_is_set_ = false;
    bool relay_is_full_ = false; // no link reads for it until it has room
};

} // namespace procpool::detail
