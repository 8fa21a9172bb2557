// SPDX-License-Identifier: BSL-1.0
#include "worker/loop.hpp"

#include "os/pid_namespace.hpp"
#include "os/pipe.hpp"
#include "os/process_mark.hpp"
#include "os/tape.hpp"
#include "os/this_process.hpp"
#include "wire/exception_record.hpp"
#include "wire/message.hpp"
#include "wire/worker_start.hpp"
#include "worker/code_table.hpp"
#include "worker/confine.hpp"
#include "worker/crash_handler.hpp"
#include "worker/current_task.hpp"
#include "worker/exception_stacks.hpp"
#include "worker/forking.hpp"
#include "worker/process.hpp"
#include "worker/process_name.hpp"
#include "worker/result_limit.hpp"
#include "worker/run_call.hpp"

#include <procpool/detail/throw_error.hpp>

#include <csignal>
#include <cstdlib>
#include <limits>
#include <new>

namespace procpool::worker {
namespace {

constexpr std::size_t keep_capacity = 1024 * 1024;
constexpr os::worker_descriptors channel{.first = wire::channel_descriptors.front(),
                                         .last = wire::channel_descriptors.back(),
                                         .lifeline = wire::lifeline_descriptor};
constexpr std::size_t spare_size = 64 * 1024; // small enough to lie in the heap, where little allocations find it

} // namespace

loop::loop(os::mapping page)
    : page_memory_(std::move(page)),
      page_(*reinterpret_cast<wire::control_page*>(page_memory_.data())),
      frames_(std::numeric_limits<std::uint64_t>::max()),
      answers_(wire::answers_descriptor, page_.answers),
      payloads_(page_),
      output_(page_.head.nonce)
{
}

os::mapping loop::run()
{
    for (;;) {
        while (const auto frame = frames_.next()) {
            if (frame->header.kind != wire::frame_kind::fork)
                handle(*frame);
            else if (auto page = fork_worker(*frame))
                return std::move(*page);
        }
        answers_.flush(); // nothing is held back while this process sleeps
        const auto count = faults_.read(wire::tasks_descriptor, frames_.prepare());
        if (count <= 0 || frames_.broken())
            std::exit(0);
        frames_.commit(static_cast<std::size_t>(count));
        last_end_ns_ = 0;
    }
}

void loop::handle(const wire::frame& frame)
{
    switch (frame.header.kind) {
    case wire::frame_kind::configure:
        return configure(frame);
    case wire::frame_kind::module:
        return add_module(wire::decode_module_notice(frame.payload));
    case wire::frame_kind::task:
        return run_task(frame);
    case wire::frame_kind::forget:
        answer_ = {};
        return payloads_.forget();
    case wire::frame_kind::process:
        return begin_process(wire::decode_process_settings(frame.payload));
    case wire::frame_kind::call:
        run_process([&] { return payloads_.call_in(frame); });
    default:
        std::exit(EXIT_FAILURE);
    }
}

void loop::configure(const wire::frame& frame)
{
    const auto settings = wire::decode_configuration(frame.payload);
    faults_ = fault_plan(settings.faults, settings.worker);
    limit_results(settings.max_result_bytes);
    if (settings.contain == containment::pid_namespace)
        or_refuse([this] { enter_pid_namespace(); });
    if (settings.max_memory_bytes)
        memory_.emplace(*settings.max_memory_bytes);
    os::set_thread_name(settings.thread_name);
    set_process_name("worker-" + std::to_string(settings.worker));
    if (settings.stdout_is_relayed)
        print_by_lines();
    output_.open(settings.stdout_is_captured, settings.stderr_is_captured);
    if (settings.exception_stacks)
        want_exception_stacks();
    if (settings.initializer)
        initialize({.header = {.descriptors = frame.header.descriptors}, .payload = *settings.initializer});
    or_refuse(
        [&] { settings.is_fork_server ? prepare_to_fork() : confine(settings.limits, settings.sandbox, channel); });
    faults_.reach(fault_point::before_ready);
    wire::frame_header ready;
    ready.kind = wire::frame_kind::ready;
    clear_answer();
    answer(ready);
}

void loop::enter_pid_namespace()
{
    const auto queues = os::open_queue_tapes();
    os::enter_pid_namespace();
    os::make_own(queues);
    record_crashes(page_); // those of this process, which is another one now
}

std::optional<os::mapping> loop::fork_worker(const wire::frame& request)
{
    const std::string title(reinterpret_cast<const char*>(request.payload.data()), request.payload.size());
    if (auto page = worker::fork_worker(page_.forked, request.header.id, title))
        return page;
    wire::frame_header forked;
    forked.kind = wire::frame_kind::forked;
    forked.id = request.header.id;
    clear_answer();
    answer(forked);
    return {};
}

void loop::initialize(const wire::frame& call)
{
    faults_.reach(fault_point::in_initializer);
    if (run_into_answer(call) != wire::frame_kind::result)
        refuse();
}

template <class Step>
void loop::or_refuse(Step step)
{
    try {
        step();
    } catch (const std::exception& failure) {
        answer_with(detail::make_error(errc::start_failed, failure.what()));
        refuse();
    }
}

void loop::refuse()
{
    wire::frame_header refused;
    refused.kind = wire::frame_kind::start_failed;
    answer(refused);
    answers_.flush();
    std::exit(EXIT_FAILURE);
}

// The frame's bytes are touched only after the claim: until then the parent may have taken the task back.
void loop::run_task(const wire::frame& frame)
{
    auto& slot = page_.slots[frame.header.slot];
    if (!spare_)
        spare_.reset(new (std::nothrow) std::byte[spare_size]);
    const std::uint64_t started = last_end_ns_ != 0 ? last_end_ns_ : os::now_ns();
    faults_.reach(fault_point::before_claim);
    if (!slot.claim(frame.header.id, started))
        return payloads_.pass_over(frame.header);
    faults_.reach(fault_point::after_claim);
    wire::frame_header header = frame.header;
    begin_current_task(page_, header.slot, header.id, started, header.ran_ns);
    output_.begin_task(header.id);
    header.kind = run_into_answer(frame);
    header.place = wire::payload_place::in_frame;
    header.attached = 0;
    header.descriptors = 0;
    output_.end_task();
    end_current_task();
    const std::uint64_t ended = os::now_ns();
    header.ran_ns = ended - started;
    header.too_large = memory_ && memory_->is_exceeded();
    if (answers_.empty())
        held_since_ns_ = started;
    const std::uint64_t writes = answers_.writes();
    faults_.reach(fault_point::delay_answer);
    slot.finish(header.id); // first, because the parent may not read for a while, and the run is over
    answer_task(header);
    if (!header.may_hold || ended - held_since_ns_ > longest_hold_ns)
        answers_.flush();
    last_end_ns_ = answers_.writes() == writes ? ended : 0;
}

wire::frame_kind loop::run_into_answer(const wire::frame& call)
{
    const os::process_mark here;
    auto kind = wire::frame_kind::result;
    clear_answer();
    try {
        run_noting_throw([&] {
            whole_ = run_call(payloads_.call_in(call), answer_);
            if (!has_chunk_log()) // else each element was checked by itself
                check_result_size(answer_size());
        });
    } catch (...) {
        kind = wire::frame_kind::exception;
        answer_with(std::current_exception());
    }
    if (!here.is_here()) // the task forked, and this is the child that came back out of it
        os::exit_now(EXIT_SUCCESS);
    return kind;
}

// When the task has used up the memory, the spare is what the exception is written with.
void loop::answer_with(const std::exception_ptr& thrown)
{
    spare_.reset();
    whole_.reset();
    clear_answer();
    const auto record = wire::bounded_exception(thrown, exception_stack());
    answer_.append(record.data(), record.size());
}

void loop::answer_task(wire::frame_header& header)
{
    if (faults_.empty())
        return answer(header);
    copy_whole();
    faults_.reach(fault_point::before_answer);
    if (faults_.is_due(fault_point::truncate_answer))
        return answer_in_part(header, truncated_size);
    if (faults_.is_due(fault_point::in_answer)) {
        answer_in_part(header, answer_.size() / 2);
        std::raise(SIGKILL);
    }
    answer(header);
    faults_.reach(fault_point::after_answer);
}

void loop::answer_in_part(wire::frame_header& header, std::size_t count)
{
    header.size = answer_.size() - sizeof(header);
    answers_.add_part(header, answer_, count);
}

void loop::answer(wire::frame_header& header)
{
    if (answer_size() < detail::shared_from || !show_answer(header))
        copy_whole();
    header.size = answer_.size() - sizeof(header);
    answers_.add(header, answer_);
}

// What cannot be shown stays as it is, and goes through the pipe.
bool loop::show_answer(wire::frame_header& header)
{
    const auto shown = whole_ ? payloads_.show(*whole_, 0) : payloads_.show(answer_, sizeof(header));
    if (!shown)
        return false;
    whole_.reset();
    clear_answer();
    answer_.append(&shown->at, sizeof(shown->at));
    header.place = shown->place;
    return true;
}

void loop::copy_whole()
{
    if (whole_)
        answer_.append(whole_->data(), whole_->size());
    whole_.reset();
}

std::size_t loop::answer_size() const noexcept
{
    return whole_ ? whole_->size() : answer_.size() - sizeof(wire::frame_header);
}

void loop::clear_answer()
{
    if (answer_.capacity() > keep_capacity)
        answer_ = {};
    answer_.clear();
    answer_.extend(sizeof(wire::frame_header));
}

} // namespace procpool::worker
