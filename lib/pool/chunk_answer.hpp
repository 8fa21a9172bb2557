// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/stream_state.hpp>

#include <utility>

namespace procpool::detail {

/// What came back for a chunk of elements: answers, the failure of one behind them or of all, and perhaps nothing for
/// the others, which were not begun. Distrusts the bytes.
class chunk_answer {
public:
    chunk_answer(outcome result, std::size_t elements);
    chunk_answer(const chunk_answer&) = delete;
    chunk_answer& operator=(const chunk_answer&) = delete;

    /// Whether it is an outcome of the pool's own, or of the chunk as a whole.
    bool failed() const noexcept { return failed_; }
    /// Whether the failure is the pool's own, not one that a worker tells of.
    bool is_pools_own() const noexcept { return failed_ && result_.error && !result_.is_exception; }
    /// What the failure is, anew.
    std::exception_ptr failure() const { return result_.failure(); }
    /// How many elements it speaks of, from the first one on.
    std::size_t covered() const noexcept { return answered_ + failing_; }
    std::size_t answered() const noexcept { return answered_; }
    std::chrono::nanoseconds ran() const noexcept;
    std::size_t bytes() const noexcept { return result_.bytes.size(); }

    bool empty() const noexcept { return taken_ == covered(); }
    /// There must be one. Valid as long as this object.
    stream_element take();

private:
    void read_all(std::size_t elements);
    void read_answers(std::size_t elements);
    void read_those_before_a_crash(std::size_t elements);

    outcome result_;
    byte_source rest_{std::span<const std::byte>()};
    chunk_summary summary_;
    std::size_t answered_ = 0;
    std::size_t failing_ = 0;
    std::size_t taken_ = 0;
    bool failed_;
};

/// The next elements with their marks, as they are. Throws not_serializable when there are not so many.
std::span<const std::byte> take_elements(byte_source& from, std::size_t count);
/// Takes the next element out of its mark and padding. Throws likewise.
std::pair<element_mark, std::span<const std::byte>> take_element(byte_source& from);

} // namespace procpool::detail
