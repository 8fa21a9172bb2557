// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/child_process.hpp"
#include "link/descriptor_sender.hpp"
#include "link/last_lines.hpp"
#include "link/launch.hpp"
#include "link/outgoing.hpp"
#include "link/output_pipe.hpp"
#include "link/payloads.hpp"
#include "link/task_slots.hpp"
#include "wire/frame.hpp"
#include "wire/message.hpp"
#include "wire/outbox.hpp"

#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/writable_pipe.hpp>

#include <array>
#include <memory>
#include <optional>

namespace procpool {

struct crash_report;

} // namespace procpool

namespace procpool::link {

class link;

/// What a link tells the pool.
class link_events {
public:
    virtual ~link_events() = default;
    /// An operation of the link has completed: calls (from.*event)(count) alone, that is, while nothing else uses the
    /// pool's links. All else here is called from there.
    virtual void enter(link& from, void (link::*event)(std::size_t), std::size_t count) = 0;
    virtual void worker_ready(link& from) = 0;
    /// The worker's initializer threw; the worker ends by itself. `exception` as wire/exception_record.hpp.
    virtual void worker_refused(link& from, std::span<const std::byte> exception) = 0;
    /// A fork server has tried to fork a worker: see link::forked().
    virtual void worker_forked(link& from, std::uint64_t number) = 0;
    /// A task has its answer; its slot is free again.
    /// `shown`: what the answer's payload lies in, if that is memory that the worker shows; it can be kept.
    virtual void task_answered(task& answered, const wire::frame& answer, detail::region_ptr shown) = 0;
    /// The worker has written a line to a stream that goes through the pool. False: this is enough for now, and
    /// link::resume_output() will be called.
    virtual bool worker_wrote(link& from, const output_pipe& to, const line_splitter::line& line) = 0;
    /// All that arrived together has been told.
    virtual void batch_done() = 0;
    /// The process has ended and is reaped; all answers it had written were told before.
    virtual void worker_ended(link& from) = 0;
};

/// A task as it is sent.
struct outgoing_task {
    std::uint64_t id = 0;
    const detail::byte_buffer& call;
    std::span<const detail::byte_buffer> attached{};
    attached_ptr descriptors{};
    std::uint32_t modules = 0;                        ///< How many of this process's modules the call refers to.
    bool may_hold = false;                            ///< The worker may hold the answer back.
    std::chrono::nanoseconds timeout{};               ///< Zero: it may run as long as it likes.
    std::chrono::steady_clock::time_point deadline{}; ///< The epoch: it has none.
};

/// The parent's end of one worker: its process, its pipes, its control page. Not thread-safe; see link_events::enter().
class link : public std::enable_shared_from_this<link> {
public:
    link(const boost::asio::any_io_executor& executor, std::uint64_t number, launched worker, live_groups& groups,
         const launch_plan& plan);

    /// Begins to read and to watch. `events` is kept alive until the worker has ended.
    /// `modules`: how many of this process's modules the first message refers to; `descriptors`: what goes with it.
    void start(std::shared_ptr<link_events> events, const wire::configuration& first_message, std::uint32_t modules,
               attached_ptr descriptors = {});

    std::uint64_t number() const noexcept { return number_; }
    pid_t pid() const noexcept { return pid_; }
    /// Through which descriptors go to the worker.
    int socket() noexcept { return payloads_.socket(); }
    /// How the process ended; empty while it runs, and when the kernel kept no status.
    const std::optional<os::child_exit>& exit() const noexcept { return exit_; }
    bool was_ready() const noexcept { return ready_; }
    /// Returns the version of a worker that has refused this process's version; otherwise 0.
    std::uint32_t other_version() const noexcept { return page_.head.worker_version; }
    /// Whether its initializer threw.
    bool refused() const noexcept { return refused_; }
    /// Whether it was ended because it sent bytes that make no sense.
    bool broke_protocol() const noexcept { return broke_protocol_; }
    /// Whether it was ended because this process has no memory for what it sent.
    bool was_too_much() const noexcept { return was_too_much_; }

    /// What is known about the end of the process, without what concerns a task. When it has ended.
    crash_report report() const;

    /// Queues a task for the worker; flush() writes it. Returns its slot. Kills the worker when there is no memory.
    std::uint16_t send(task& t, const outgoing_task& described);
    /// Asks the task in a slot to stop.
    void ask(std::uint16_t slot) noexcept { slots_.ask(slot); }
    void flush();
    /// Asks a fork server for a worker, whose channel it has been given.
    void fork(std::uint64_t number, const std::string& title);
    /// The process that a fork server has forked for that worker: its pid, or 0 and an errno. Both are 0 when it has
    /// not come to it.
    struct fork_result {
        pid_t pid = 0;
        int error = 0;
    };
    fork_result forked(std::uint64_t number) const noexcept;
    /// Revokes a task that has not started; its slot is free then.
    bool take_back(std::uint16_t slot) noexcept;
    /// The task in a slot, or null.
    task* task_at(std::uint16_t slot) const noexcept { return slots_.at(slot); }
    bool may_run(std::uint16_t slot) const noexcept { return slots_.may_run(slot); }
    bool may_have_run(std::uint16_t slot) const noexcept { return slots_.may_have_run(slot); }
    /// Of a task with elements: the answers to those that have run, when the worker has ended. Empty if that is
    /// unknown.
    detail::byte_buffer answered_elements(std::uint64_t id) const { return page_.elements.left_of(id); }
    std::optional<std::chrono::steady_clock::time_point> started(std::uint16_t slot) const noexcept
    {
        return slots_.started(slot);
    }
    /// Gives back the memory of big payloads, if there is any. Only while no task is with the worker.
    void forget_payloads();
    /// Fetches answers that the worker holds back in its outbox.
    void collect();
    /// Goes on reading what the worker writes.
    void resume_output();
    /// Closes the task pipe: the worker ends when it has read all of it.
    void retire();
    void kill() noexcept;
    /// SIGTERM to the process and its group.
    void terminate() noexcept;
    /// The context goes away: kills and reaps the worker; nothing will be told any more.
    void abandon() noexcept;

private:
    void watch_payloads();
    void on_payloads(std::size_t);
    void read();
    void on_read(std::size_t count);
    void on_end_of_answers();
    void end_after_reading();
    void on_written(std::size_t count);
    void take_piped(std::span<const std::byte> bytes);
    void feed(std::span<const std::byte> bytes);
    void tell_frames();
    void tell(wire::frame& frame);
    void tell_answer(wire::frame& answer);
    detail::region_ptr find_shown(wire::frame& answer);
    void give_up_on_worker();
    void give_up_for_want_of_memory();
    bool is_given_up() const noexcept { return broke_protocol_ || was_too_much_; }
    void write();
    void write_when_possible();
    void add_task(std::uint16_t slot, const outgoing_task& described);
    wire::frame_header& add_call(std::uint16_t slot, const detail::byte_buffer& call);
    wire::frame_header& add_call_with(std::span<const detail::byte_buffer> attached, std::uint16_t slot,
                                      const detail::byte_buffer& call);
    void send_new_modules(std::uint32_t known);
    void send_message(wire::frame_kind kind, std::span<const std::byte> message, std::uint8_t descriptors = 0);
    std::uint8_t send_descriptors(std::uint64_t id, const attached_ptr& all);
    void send_descriptors_later();
    void on_descriptors_later(std::size_t);
    void watch_exit();
    void on_exit(std::size_t);
    void end();
    void drain();
    bool may_have_run_out_of_memory() const;
    void open_output(const boost::asio::any_io_executor& executor, launched& worker, const launch_plan& plan);
    void watch_output(std::size_t index);
    void on_output(std::size_t index);
    void read_output(output_pipe& from, std::size_t most);
    void read_captured();
    void end_output();
    void take_line(const output_pipe& from, line_splitter::line line);
    /// No line is that task's any more: it has left.
    void silence(std::uint64_t id) noexcept { speaker_ = speaker_ == id ? 0 : speaker_; }

    std::uint64_t number_;
    std::shared_ptr<link_events> events_;
    std::shared_ptr<os::mapping> page_memory_;
    wire::control_page& page_;
    task_slots slots_;
    payloads payloads_;
    descriptor_sender descriptors_;
    boost::asio::steady_timer descriptors_timer_;
    const std::uint64_t max_answer_bytes_;
    os::descriptor tasks_kept_;
    boost::asio::writable_pipe tasks_;
    boost::asio::readable_pipe answers_;
    pid_t pid_;
    std::optional<child_process> process_;
    outgoing outgoing_;
    std::array<std::byte, 64 * 1024> incoming_; // a pipe's default capacity; a read may be under way into it
    wire::frame_reader frames_;
    wire::answer_stream stream_;
    std::optional<os::child_exit> exit_;
    std::optional<std::uint64_t> oom_kills_at_start_;
    std::optional<std::uint64_t> oom_kills_at_end_;
    struct watched_output {
        output_pipe pipe;
        bool is_watched = false;
    };
    std::vector<watched_output> outputs_; // stdout and stderr, as far as they go through the pool
    last_lines last_lines_;
    std::uint64_t speaker_ = 0; // the task of its last captured line, while it is here
    bool output_is_enough_ = false;
    std::uint32_t modules_sent_ = 0;
    bool reading_ = false;
    bool writing_ = false;
    bool exited_ = false;
    bool ready_ = false;
    bool refused_ = false;
    bool broke_protocol_ = false;
    bool was_too_much_ = false;
    bool killed_ = false; // by this process
    bool killed_through_lifeline_ = false;
};

} // namespace procpool::link
