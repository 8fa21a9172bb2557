// SPDX-License-Identifier: BSL-1.0
#include "regions.hpp"

#include "os/per_process.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace procpool {
namespace {

constexpr std::size_t most_regions = 64; // each has a descriptor; what finds none goes through the pipes
constexpr std::size_t most_kept_bytes = std::size_t{256} * 1024 * 1024; // of freed ones

/// A region's memory and its number.
struct numbered_memory {
    std::uint64_t number = 0;
    os::shown_memory memory;

    std::size_t size() const noexcept { return memory.bytes.size(); }
};

/// Sizes come in steps of an eighth to a quarter, so that a region serves many a size.
constexpr std::size_t rounded(std::size_t size) noexcept
{
    const std::size_t step = std::max(std::bit_floor(size) / 8, detail::shared_from);
    return (size + step - 1) / step * step;
}

/// The memory of this process's regions that are free. Thread-safe.
class store {
public:
    store() { free_.reserve(most_regions); }

    numbered_memory take(std::size_t size) noexcept
    {
        const std::scoped_lock lock(mutex_);
        if (numbered_memory found = take_free(size); found.number != 0)
            return found;
        if (made_ == most_regions && !close_oldest())
            return {};
        os::shown_memory made = os::make_shown_memory("procpool payload", rounded(size));
        if (!made.file)
            return {};
        ++made_;
        return {++last_number_, std::move(made)};
    }

    void give_back(numbered_memory freed, bool is_used_once) noexcept
    {
        const std::scoped_lock lock(mutex_);
        if (users_ == 0 || is_used_once) {
            --made_;
            return; // closed with `freed`
        }
        free_bytes_ += freed.size();
        free_.push_back(std::move(freed));
        while (free_bytes_ > most_kept_bytes)
            close_oldest();
    }

    void close_free() noexcept
    {
        const std::scoped_lock lock(mutex_);
        while (close_oldest()) {
        }
    }

    void add_user() noexcept
    {
        const std::scoped_lock lock(mutex_);
        ++users_;
    }
    void remove_user() noexcept
    {
        const std::scoped_lock lock(mutex_);
        if (--users_ == 0)
            while (close_oldest()) {
            }
    }

private:
    // The one that was freed last, because it is likely to be in a cache, and to be mapped by the other side. None that
    // is far too large.
    numbered_memory take_free(std::size_t size) noexcept
    {
        const auto fits = [&](const numbered_memory& each) { return each.size() >= size && each.size() / 4 <= size; };
        const auto found = std::find_if(free_.rbegin(), free_.rend(), fits);
        if (found == free_.rend())
            return {};
        numbered_memory taken = std::move(*found);
        free_.erase(std::prev(found.base()));
        free_bytes_ -= taken.size();
        return taken;
    }
    bool close_oldest() noexcept
    {
        if (free_.empty())
            return false;
        free_bytes_ -= free_.front().size();
        free_.erase(free_.begin());
        --made_;
        return true;
    }

    std::mutex mutex_;
    std::vector<numbered_memory> free_; // the oldest first
    std::size_t free_bytes_ = 0;
    std::size_t made_ = 0; // and not closed
    std::size_t users_ = 0;
    std::uint64_t last_number_ = 0;
};

/// A forked copy must not fill memory that it shares with the original process and its workers.
constinit os::per_process<store> the_store;

} // namespace

namespace detail {

region::~region() = default;

region_ptr take_region(std::size_t size) noexcept
try {
    auto& from = the_store.get();
    numbered_memory taken = from.take(size);
    if (taken.number == 0)
        return {};
    auto* const made = new (std::nothrow) own_region(taken.number, std::move(taken.memory));
    if (!made)
        from.give_back(std::move(taken), true);
    return made;
} catch (const std::exception&) { // no memory for the store
    return {};
}

} // namespace detail

own_region::own_region(std::uint64_t number, os::shown_memory memory) noexcept
    : region({memory.bytes.data(), memory.bytes.size()}),
      number_(number),
      memory_(std::move(memory))
{
}

own_region::~own_region()
{
    if (auto* const to = mark_.is_here() ? the_store.find() : nullptr)
        to->give_back({number_, std::move(memory_)}, is_used_once_);
}

boost::intrusive_ptr<own_region> region_of(const detail::byte_buffer& bytes) noexcept
{
    if (bytes.shared() && bytes.shared()->is_ours())
        return static_cast<own_region*>(bytes.shared());
    const auto copy = detail::take_region(bytes.size());
    if (copy)
        std::memcpy(copy->data(), bytes.data(), bytes.size());
    return boost::static_pointer_cast<own_region>(copy);
}

region_user::region_user()
{
    the_store.get().add_user();
}

region_user::~region_user()
{
    if (mark_.is_here())
        the_store.get().remove_user();
}

void give_back_regions() noexcept
{
    if (auto* const here = the_store.find())
        here->close_free();
}

} // namespace procpool
