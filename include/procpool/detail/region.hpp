// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace procpool::detail {

/// Calls and results from this size on do not go through a pipe but lie in memory that the other process is shown.
/// Below it, copying through the pipe is cheaper than the bookkeeping.
inline constexpr std::size_t shared_from = std::size_t{64} * 1024;

/// Memory that is shared with another process.
class PROCPOOL_DECL region {
public:
    explicit region(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}
    virtual ~region();
    region(const region&) = delete;
    region& operator=(const region&) = delete;

    /// Whether this process made the memory.
    virtual bool is_ours() const noexcept { return false; }
    /// Whether, besides, nobody else holds it, or was shown it for good: it may be written.
    virtual bool is_only_ours() const noexcept { return false; }

    std::byte* data() const noexcept { return bytes_.data(); }
    std::size_t size() const noexcept { return bytes_.size(); }

protected:
    bool is_held_once() const noexcept { return references_.load(std::memory_order_acquire) == 1; }

private:
    friend void intrusive_ptr_add_ref(region* r) noexcept { r->references_.fetch_add(1, std::memory_order_relaxed); }
    friend void intrusive_ptr_release(region* r) noexcept
    {
        if (r->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete r;
    }

    std::span<std::byte> bytes_;
    std::atomic<std::uint32_t> references_{0};
};

using region_ptr = boost::intrusive_ptr<region>;

/// Memory that this process can fill and then show another, of at least that size. Null when there can be no more of
/// it. What it held before is still in there. Thread-safe.
PROCPOOL_DECL region_ptr take_region(std::size_t size) noexcept;

} // namespace procpool::detail
