// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/launch.hpp"
#include "link/link.hpp"
#include "schedule/action.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace procpool {

struct pool_options;

} // namespace procpool

namespace procpool::detail {

class engine;
class pool_impl;

/// The process that a pool's workers are forked from, and the workers that wait for that. It is started when the first
/// one is wanted, and again when it has died. Belongs to the engine, and like it is used by one thread at a time.
class fork_server final : public link::link_events {
public:
    fork_server(pool_impl& pool, engine& owner, const link::launch_plan& plan, const pool_options& options);

    /// Ends in engine::worker_forked() or engine::worker_not_started(). Throws when it cannot be started.
    void fork(schedule::worker_id id);
    /// Nobody wants that worker any more, or it takes too long. True: it is gone. False: it will end as another does.
    bool give_up(schedule::worker_id id, schedule::reason why);

    bool is_running() const noexcept { return link_ != nullptr; }
    /// No more workers will be wanted.
    void leave();
    /// Nothing is wanted any more.
    void terminate() noexcept;
    void resume_output();
    /// The context goes away.
    void abandon() noexcept;

    // From its link.
    void enter(link::link& from, void (link::link::*event)(std::size_t), std::size_t count) override;
    void worker_ready(link::link& from) override;
    void worker_refused(link::link& from, std::span<const std::byte> exception) override;
    void worker_forked(link::link& from, std::uint64_t number) override;
    void task_answered(scheduled_operation& answered, const wire::frame& answer, region_ptr shown) override;
    bool worker_wrote(link::link& from, const link::output_pipe& to, const link::line_splitter::line& line) override;
    void batch_done() override;
    void worker_ended(link::link& from) override;

private:
    struct request { // one at a time: the page of a server that dies tells of one
        schedule::worker_id id = 0;
        link::launched worker;
        std::optional<schedule::reason> unwanted;
    };

    void start();
    void ask_next();
    bool ask(schedule::worker_id id);
    void ask_later();
    void settle();
    void kill() noexcept;
    std::string failure_to_fork(schedule::worker_id id, int error) const;

    pool_impl& pool_;
    engine& engine_;
    const link::launch_plan& plan_;
    const wire::configuration first_message_;
    const std::uint32_t first_modules_;
    const link::attached_ptr first_descriptors_;
    const std::chrono::nanoseconds start_timeout_;
    std::shared_ptr<link::link> link_; // null: it does not run
    std::deque<schedule::worker_id> waiting_;
    std::optional<request> asked_;
    std::string failure_; // why it has not become ready
    boost::asio::steady_timer ask_timer_;
    boost::asio::steady_timer leave_timer_;
    bool leaving_ = false;
};

} // namespace procpool::detail
