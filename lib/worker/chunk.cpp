// SPDX-License-Identifier: BSL-1.0
// The worker's side of pool::imap() and its kin.
#include <procpool/detail/chunk.hpp>
#include <procpool/detail/process_mark.hpp>

#include "os/this_process.hpp"
#include "wire/exception_record.hpp"
#include "worker/current_task.hpp"
#include "worker/exception_stacks.hpp"
#include "worker/result_limit.hpp"

#include <cstdlib>

namespace procpool::detail {
namespace {

template <class T>
T take(byte_source& from)
{
    T value;
    from.extract(&value, sizeof(value));
    return value;
}

/// Runs one element after the other, each with a decoder and an encoder of its own.
class chunk_run {
public:
    chunk_run(byte_source& from, byte_buffer& to, const element_code& run) : from_(from), to_(to), run_(run) {}

    void all()
    {
        const auto budget = take<chunk_budget>(from_);
        const std::size_t at = to_.size();
        to_.extend(sizeof(chunk_summary));
        const std::uint64_t began = os::now_ns();
        chunk_summary summary;
        bool may_go_on = true;
        while (may_go_on) {
            may_go_on = one(take<element_mark>(from_)) && from_.remaining() != 0;
            ++summary.answered;
            summary.ran_ns = os::now_ns() - began;
            may_go_on = may_go_on && summary.ran_ns < budget.time_ns;
        }
        std::memcpy(to_.data() + at, &summary, sizeof(summary));
    }

private:
    // False when its answer could be lost with the next element.
    bool one(element_mark mark)
    {
        const std::size_t at = to_.size();
        decoder arguments(from_.take(mark.size()));
        from_.align(sizeof(element_mark));
        answer_.clear();
        bool is_exception = false;
        try {
            encoder result(answer_);
            worker::run_noting_throw([&] { run_(arguments, result); });
            if (log_) // else no worker of a pool runs it, and nothing bounds its results
                worker::check_result_size(answer_.size());
        } catch (...) {
            answer_ = wire::bounded_exception(std::current_exception(), worker::exception_stack());
            is_exception = true;
        }
        if (!mark_.is_here()) // the element forked, and this is the child that came back out of it
            os::exit_now(EXIT_SUCCESS);
        append_element(to_, answer_, is_exception);
        return !log_ || log_->add({to_.data() + at, to_.size() - at});
    }

    const process_mark mark_;
    byte_source& from_;
    byte_buffer& to_;
    const element_code& run_;
    byte_buffer answer_;
    wire::chunk_log* const log_ = worker::begin_chunk_log();
};

} // namespace

void run_chunk(decoder& from, encoder& to, const element_code& run)
{
    from.source().align(sizeof(element_mark));
    chunk_run(from.source(), to.buffer(), run).all();
}

void append_element(byte_buffer& to, const byte_buffer& element, bool is_exception)
{
    const element_mark mark{std::uint64_t{element.size()} << 1 | std::uint64_t{is_exception}};
    to.share(element.size());
    to.append(&mark, sizeof(mark));
    to.append(element.data(), element.size());
    to.align(sizeof(mark));
}

} // namespace procpool::detail
