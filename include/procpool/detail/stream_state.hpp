// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/chunk.hpp>
#include <procpool/detail/completions.hpp>
#include <procpool/map_options.hpp>

#include <variant>

namespace procpool::detail {

/// The input of a stream, encoded one element at a time.
class element_source {
public:
    virtual ~element_source() = default;
    /// Writes the arguments of the next element; false at the end of the input. What the input itself throws is its
    /// end; what a codec throws concerns that element alone.
    virtual bool next(call& to) = 0;
};

/// What a stream is made of.
struct stream_setup {
    call head; ///< See chunk_head().
    std::unique_ptr<element_source> source;
    map_options options;
    bool in_order = true;
};

/// One result, or what stands in its place. Valid until the next call of the stream.
struct stream_element {
    std::span<const std::byte> bytes;
    std::exception_ptr failure;
};

/// Reads the input as results are taken, and keeps tasks under way in between. Used by one thread at a time.
class stream_state {
public:
    virtual ~stream_state() = default;

    /// Blocks for the next element; empty at the end. Throws timed_out, would_deadlock.
    virtual std::optional<stream_element> next(deadline until) = 0;
    /// The next element if it is here.
    virtual std::optional<stream_element> next_now() = 0;
    virtual bool at_end() const noexcept = 0;
    /// The place in the input of the element that was given last; empty before the first one.
    virtual std::optional<std::uint64_t> place() const noexcept = 0;
    /// What must arrive for next_now() to have something, and how many: none if it has, or at the end.
    virtual const std::shared_ptr<completions>& arrivals() const noexcept = 0;
    virtual std::size_t needed() const noexcept = 0;
    /// Gives up what has not started, and ends the stream; who waits is told.
    virtual void cancel() noexcept = 0;
};

/// Throws invalid_option. The input's first elements are read, and sent, before it returns.
PROCPOOL_DECL std::shared_ptr<stream_state> make_stream(const std::shared_ptr<pool_impl>& pool, stream_setup setup);

/// Throws std::logic_error for an index() before the first element.
[[noreturn]] PROCPOOL_DECL void throw_no_element_yet();

/// Throws operation_aborted.
[[noreturn]] PROCPOOL_DECL void throw_stream_cancelled();

/// The value of an element; std::monostate for a function that returns none.
template <class R>
R read_element(stream_element element)
{
    if (element.failure)
        std::rethrow_exception(std::move(element.failure));
    if constexpr (std::is_same_v<R, std::monostate>)
        return {};
    else
        return decoder(element.bytes).get<R>();
}

} // namespace procpool::detail
