// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/memory_watch.hpp"
#include "os/shared_memory.hpp"
#include "wire/control_page.hpp"
#include "wire/frame.hpp"
#include "worker/answers.hpp"
#include "worker/fault_plan.hpp"
#include "worker/output_marks.hpp"
#include "worker/payloads.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

namespace procpool::worker {

/// What a worker does: read, run, answer. One thread, blocking; the code inside it is the user's.
class loop {
public:
    explicit loop(os::mapping page);

    /// Until the parent closes the task pipe; then leaves through std::exit. Returns only in a worker that was forked
    /// from this process, which is to have a loop of its own: its control page.
    os::mapping run();

private:
    void handle(const wire::frame& frame);
    void configure(const wire::frame& frame);
    void enter_pid_namespace();
    std::optional<os::mapping> fork_worker(const wire::frame& request);
    void initialize(const wire::frame& call);
    template <class Step>
    void or_refuse(Step step);
    [[noreturn]] void refuse();
    void run_task(const wire::frame& frame);
    wire::frame_kind run_into_answer(const wire::frame& call);
    void answer_with(const std::exception_ptr& thrown);
    void answer_task(wire::frame_header& header);
    void answer_in_part(wire::frame_header& header, std::size_t count);
    void answer(wire::frame_header& header);
    bool show_answer(wire::frame_header& header);
    void copy_whole();
    std::size_t answer_size() const noexcept;
    void clear_answer();

    // Three quarters of the work that was sent ahead: the rest lasts until more comes.
    static constexpr std::uint64_t longest_hold_ns = 750'000;
    // So many bytes of a header that the next frame's size becomes the kind of this one, and makes no sense.
    static constexpr std::size_t truncated_size = 20;

    os::mapping page_memory_;
    wire::control_page& page_;
    wire::frame_reader frames_;
    answers answers_;
    payloads payloads_;
    output_marks output_;
    detail::byte_buffer answer_;               // room for a header, then the payload
    std::optional<detail::byte_buffer> whole_; // the payload, if the result is a buffer
    std::unique_ptr<std::byte[]> spare_;       // memory, given up when a task has thrown
    fault_plan faults_;
    std::optional<os::memory_watch> memory_;
    std::uint64_t held_since_ns_ = 0;
    std::uint64_t last_end_ns_ = 0; // of the task before, when nothing was read or written since
};

} // namespace procpool::worker
