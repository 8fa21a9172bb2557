// SPDX-License-Identifier: BSL-1.0
#include "pool/chunk_answer.hpp"

#include "wire/exception_record.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>

namespace procpool::detail {
namespace {

// Bytes that the worker can still write are copied before they are looked at.
outcome made_private(outcome result)
{
    if (result.bytes.shared())
        result.bytes = byte_buffer(result.bytes);
    return result;
}

[[noreturn]] void refuse_count()
{
    throw_error(
        errc::protocol_error,
        "a worker answered for fewer, or for more, of the elements that it was sent than it may: look for memory "
        "corruption in the tasks, or for two versions of the library");
}

} // namespace

chunk_answer::chunk_answer(outcome result, std::size_t elements)
    : result_(made_private(std::move(result))),
      failed_(result_.is_exception || result_.error)
{
    if (failed_)
        read_those_before_a_crash(elements);
    else
        read_all(elements);
}

void chunk_answer::read_all(std::size_t elements)
{
    try {
        read_answers(elements);
        if (answered_ == 0)
            refuse_count();
    } catch (...) {
        failed_ = true;
        answered_ = 0;
        failing_ = elements;
        result_.error = std::current_exception();
    }
}

void chunk_answer::read_answers(std::size_t elements)
{
    byte_source from(result_.bytes);
    from.extract(&summary_, sizeof(summary_));
    if (summary_.answered > elements)
        refuse_count();
    rest_ = from;
    take_elements(from, summary_.answered);
    answered_ = summary_.answered;
}

// The one behind them is the one that ran. Where nothing can be told, any of them may have run.
void chunk_answer::read_those_before_a_crash(std::size_t elements)
{
    failing_ = elements;
    if (result_.bytes.empty() || result_.is_exception)
        return;
    try {
        read_answers(elements);
        failing_ = answered_ < elements ? 1 : 0;
    } catch (const std::exception&) {
        answered_ = 0;
    }
}

std::chrono::nanoseconds chunk_answer::ran() const noexcept
{
    constexpr std::uint64_t longest = std::chrono::nanoseconds(std::chrono::hours(1)).count();
    return std::chrono::nanoseconds(std::min(summary_.ran_ns, longest));
}

stream_element chunk_answer::take()
{
    if (taken_++ >= answered_)
        return {{}, failure()};
    const auto [mark, bytes] = take_element(rest_);
    if (mark.is_exception())
        return {{}, wire::decode_exception(bytes)};
    return {bytes, nullptr};
}

std::span<const std::byte> take_elements(byte_source& from, std::size_t count)
{
    byte_source ahead = from;
    for (std::size_t i = 0; i != count; ++i)
        take_element(ahead);
    return from.take(from.remaining() - ahead.remaining());
}

std::pair<element_mark, std::span<const std::byte>> take_element(byte_source& from)
{
    element_mark mark;
    from.extract(&mark, sizeof(mark));
    const auto bytes = from.take(mark.size());
    from.align(sizeof(mark));
    return {mark, bytes};
}

} // namespace procpool::detail
