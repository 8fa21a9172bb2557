// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace procpool::wire {

/// A worker whose output is captured writes a mark into the same pipe where a task begins and ends, so that each line
/// belongs to the right one, whenever it is read. It has no newline inside, fits one atomic write, and has the number
/// that only parent and worker know, so that no text is taken for it by chance.
class output_mark {
public:
    explicit output_mark(std::uint64_t nonce);

    /// What follows it was written by that task; 0: by none.
    std::string for_task(std::uint64_t id) const;
    /// How every mark begins.
    const std::string& beginning() const noexcept { return beginning_; }
    /// The task of the mark that `text` begins with.
    std::uint64_t task_in(std::string_view text) const noexcept;

    static constexpr std::size_t size = 42;

private:
    std::string beginning_;
};

} // namespace procpool::wire
