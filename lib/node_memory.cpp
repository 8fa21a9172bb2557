// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/node_memory.hpp>

#include "leaky_singleton.hpp"
#include "prefetch.hpp"

#include <array>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

// Freed memory that is kept would hide errors from it.
#if defined(__SANITIZE_ADDRESS__)
#define PROCPOOL_KEEPS_NODES false
#elif defined(__has_feature)
#define PROCPOOL_KEEPS_NODES !__has_feature(address_sanitizer)
#else
#define PROCPOOL_KEEPS_NODES true
#endif

namespace procpool::detail {
namespace {

constexpr std::size_t size_step = 16;
constexpr std::size_t largest = PROCPOOL_KEEPS_NODES ? 512 : 0;
constexpr std::size_t batch_size = 64;
constexpr std::size_t most_kept = std::size_t{32} * 1024 * 1024; // bytes

constexpr std::size_t class_of(std::size_t size) noexcept
{
    return (size + size_step - 1) / size_step;
}
constexpr std::size_t class_count = class_of(largest) + 1;

/// Freed nodes of one size. A list through the nodes would do, but they may have left the processor's cache: this way
/// one that will be needed soon can be fetched in time.
struct batch {
    void** nodes = nullptr; // room for batch_size
    std::size_t count = 0;

    bool make_room() noexcept
    {
        if (!nodes)
            nodes = new (std::nothrow) void*[batch_size];
        return nodes != nullptr;
    }
    void push(void* node) noexcept { nodes[count++] = node; }
    void* pop(std::size_t size) noexcept
    {
        constexpr std::size_t soon = 4;
        void* const popped = nodes[--count];
        if (count >= soon)
            prefetch(nodes[count - soon], size);
        return popped;
    }
    void free_all() noexcept
    {
        while (count != 0)
            ::operator delete(nodes[--count]);
        delete[] std::exchange(nodes, nullptr);
    }
};

/// Batches that no thread has use for now. Thread-safe, and nobody waits: in a copy that the host forked, a thread that
/// is not there may hold the lock for ever.
class depot {
public:
    batch take(std::size_t which) noexcept
    {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock || batches_[which].empty())
            return {};
        const batch last = batches_[which].back();
        batches_[which].pop_back();
        bytes_ -= last.count * which * size_step;
        return last;
    }
    void give(std::size_t which, batch full) noexcept
    {
        if (full.count == 0 || !keep(which, full))
            full.free_all();
    }

private:
    bool keep(std::size_t which, const batch& full) noexcept
    try {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock || bytes_ + full.count * which * size_step > most_kept)
            return false;
        batches_[which].push_back(full);
        bytes_ += full.count * which * size_step;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }

    std::mutex mutex_;
    std::array<std::vector<batch>, class_count> batches_;
    std::size_t bytes_ = 0;
};

constinit leaky_singleton<depot> the_depot; // static pools use it until the end

/// What a thread has freed. Two batches of each size, so that one that takes and gives in turn stays away from the
/// depot.
struct thread_nodes {
    std::array<batch, class_count> current;
    std::array<batch, class_count> other;
    bool is_over = false; // the thread ends, and keeps nothing any more
};

constinit thread_local thread_nodes mine; // without a destructor: its use costs no look at whether it was made

/// Gives the thread's nodes away when it ends.
struct last_will {
    ~last_will()
    {
        mine.is_over = true;
        for (std::size_t which = 0; which != class_count; ++which) {
            the_depot.get().give(which, std::exchange(mine.current[which], {}));
            the_depot.get().give(which, std::exchange(mine.other[which], {}));
        }
    }
    void make() const noexcept {}
};

thread_local const last_will will;

void* refill(std::size_t which)
{
    if (mine.is_over) // nobody would give away the rest of a batch
        return ::operator new(which* size_step);
    will.make();
    batch& nodes = mine.current[which];
    std::swap(nodes, mine.other[which]);
    if (nodes.count == 0) {
        nodes.free_all();
        nodes = the_depot.get().take(which);
    }
    return nodes.count != 0 ? nodes.pop(which * size_step) : ::operator new(which* size_step);
}

// Afterwards there is room for one more, or nothing to make it with.
bool make_room(std::size_t which) noexcept
{
    will.make();
    batch& nodes = mine.current[which];
    std::swap(nodes, mine.other[which]);
    if (nodes.count != 0)
        the_depot.get().give(which, std::exchange(nodes, {}));
    return nodes.make_room();
}

} // namespace

void* take_node(std::size_t size)
{
    if (size > largest)
        return ::operator new(size);
    batch& nodes = mine.current[class_of(size)];
    return nodes.count != 0 ? nodes.pop(size) : refill(class_of(size));
}

void give_node(void* memory, std::size_t size) noexcept
{
    if (size > largest || mine.is_over)
        return ::operator delete(memory);
    batch& nodes = mine.current[class_of(size)];
    const bool has_room = nodes.nodes && nodes.count != batch_size;
    if (!has_room && !make_room(class_of(size)))
        return ::operator delete(memory);
    nodes.push(memory);
}

} // namespace procpool::detail
