// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "pool/chunk_answer.hpp"
#include "pool/chunk_size.hpp"

#include <map>

namespace procpool::detail {

/// The tasks of a stream, each with some elements, from the input to the consumer. The pool's threads touch nothing of
/// it but `arrivals`.
class stream final : public stream_state {
public:
    stream(const std::shared_ptr<pool_impl>& pool, stream_setup setup);
    ~stream() override;

    std::optional<stream_element> next(deadline until) override;
    std::optional<stream_element> next_now() override;
    bool at_end() const noexcept override { return !has_answer() && chunks_.empty() && input_over_; }
    const std::shared_ptr<completions>& arrivals() const noexcept override { return arrivals_; }
    std::optional<std::uint64_t> place() const noexcept override { return place_; }
    std::size_t needed() const noexcept override { return has_answer() || at_end() ? 0 : 1; }
    void cancel() noexcept override;

    /// Reads input and submits tasks, as many as may be under way.
    void fill();

private:
    struct chunk {
        byte_buffer elements; // as they were sent, if some may come back unanswered
        std::size_t count = 0;
        future_ptr task;
    };

    bool has_answer() const noexcept { return current_ && !current_->empty(); }
    std::size_t window() const noexcept;
    chunk_budget budget() const noexcept;
    bool has_room() const noexcept;
    std::size_t next_size() const noexcept;
    void read_chunk();
    bool is_full(const chunk& filled) const noexcept;
    bool read_element_into(chunk& to);
    void submit(std::uint64_t place, chunk filled);
    void fail(std::uint64_t place, std::exception_ptr why);
    void keep(std::uint64_t place, chunk submitted);
    void watch_first();
    void take_arrived(std::uint64_t place);
    void learn_from(const chunk_answer& answer);
    void send_again(std::uint64_t place, const chunk& partly_answered);
    void end_input() noexcept;

    std::shared_ptr<pool_impl> pool_;
    call head_;
    std::unique_ptr<element_source> source_;
    task_options options_;
    chunk_size size_;
    std::optional<std::size_t> buffer_size_;
    bool in_order_;
    std::shared_ptr<completions> arrivals_;
    std::map<std::uint64_t, chunk> chunks_; // by the places of their first elements
    std::optional<std::uint64_t> watched_;  // the first of them, if they are taken in order
    std::optional<chunk_answer> current_;   // being given out
    std::uint64_t next_place_ = 0;          // of its next element
    std::optional<std::uint64_t> place_;    // of the element that was given out last
    std::uint64_t read_ = 0;                // elements: the place of the next one
    std::size_t elements_out_ = 0;          // read and not given out
    call scratch_;                          // one element
    bool input_over_ = false;
};

} // namespace procpool::detail
