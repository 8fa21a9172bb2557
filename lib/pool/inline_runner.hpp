// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "pool/joins.hpp"
#include "pool/runner.hpp"
#include "schedule/waiting_tasks.hpp"

#include <procpool/options.hpp>

#include <optional>

namespace procpool::detail {

class pool_impl;

/// start_method::inline_: runs the tasks in this process, one at a time, each in a handler of its own on the pool's
/// executor, and outside of the mutex that guards this object. See runner.
class inline_runner final : public runner {
public:
    inline_runner(pool_impl& pool, const boost::asio::any_io_executor& executor, const pool_options& options);
    ~inline_runner() override;

    settled_operations take_settled() override { return settled_.take(); }
    procpool::stats stats() const override;
    std::vector<schedule::worker_id> workers() const override { return {0}; }

    void accept(schedule::arrivals submitted) override;
    void accept_for(schedule::worker_id worker, operation_ptr submitted) override;
    bool cancel(operation& op, bool if_running) override;
    void cancel_pending(std::uint64_t last_id) override;
    void terminate_workers(std::chrono::nanoseconds) override {}
    void turn() override;
    void open() override {}
    void close() override;
    void resize(std::size_t) override {}
    void terminate() override;
    void join(std::shared_ptr<join_operation> waiting, deadline end) override;
    void stop_joining(const std::shared_ptr<join_operation>& waiting) override;
    void resume_output() override {}
    void abandon() noexcept override;

private:
    void run_next(pool_impl& pool);
    std::optional<call> begin_next();
    outcome run(const call& next);
    void end(outcome result);
    void settle(const operation_ptr& op, outcome result);
    void drop(scheduled_operation& waiting);
    void give_up_running();
    void settle_cancelled();
    void on_shutdown_limit();

    pool_impl& pool_;
    const std::optional<task<void>> initializer_;
    std::optional<outcome> initialized_; // once it has run; touched by who runs a task
    schedule::waiting_tasks waiting_;    // with a reference to each
    operation_ptr running_;
    operation_list cancelled_; // since the last turn
    bool given_up_ = false;    // the one that runs
    bool posted_ = false;
    bool closed_ = false;
    joins joins_;
    settled_operations settled_;
    procpool::stats counts_;
};

} // namespace procpool::detail
