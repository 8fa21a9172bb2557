// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/node_memory.hpp>

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

constexpr std::size_t step = 16;
constexpr std::size_t largest = PROCPOOL_KEEPS_NODES ? 512 : 0;
constexpr std::size_t batch_size = 64;
constexpr std::size_t most_kept = std::size_t{32} * 1024 * 1024; // bytes

constexpr std::size_t class_of(std::size_t size) noexcept
{
    return (size + step - 1) / step;
}
constexpr std::size_t class_count = class_of(largest) + 1;

struct node {
    node* next;
};

/// Freed nodes of one size.
struct batch {
    node* first = nullptr;
    std::size_t count = 0;

    void push(void* memory) noexcept
    {
        first = new (memory) node{first};
        ++count;
    }
    void* pop() noexcept
    {
        --count;
        node* const popped = std::exchange(first, first->next);
        __builtin_prefetch(first, 1); // it was freed long ago, perhaps, and will be needed next
        return popped;
    }
    void free_all() noexcept
    {
        while (first)
            ::operator delete(pop());
    }
};

/// Batches that no thread has use for now. Thread-safe.
class depot {
public:
    batch take(std::size_t which) noexcept
    {
        const std::scoped_lock lock(mutex_);
        if (batches_[which].empty())
            return {};
        const batch last = batches_[which].back();
        batches_[which].pop_back();
        bytes_ -= last.count * which * step;
        return last;
    }
    void give(std::size_t which, batch full) noexcept
    {
        if (!keep(which, full))
            full.free_all();
    }

private:
    bool keep(std::size_t which, const batch& full) noexcept
    try {
        const std::scoped_lock lock(mutex_);
        if (bytes_ + full.count * which * step > most_kept)
            return false;
        batches_[which].push_back(full);
        bytes_ += full.count * which * step;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }

    std::mutex mutex_;
    std::array<std::vector<batch>, class_count> batches_;
    std::size_t bytes_ = 0;
};

depot& the_depot()
{
    static auto* one = new depot; // never destroyed: static pools use it until the end
    return *one;
}

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
            the_depot().give(which, std::exchange(mine.current[which], {}));
            the_depot().give(which, std::exchange(mine.other[which], {}));
        }
    }
    void make() const noexcept {}
};

thread_local const last_will will;

void* refill(std::size_t which)
{
    will.make();
    std::swap(mine.current[which], mine.other[which]);
    if (mine.current[which].count == 0)
        mine.current[which] = the_depot().take(which);
    return mine.current[which].count != 0 ? mine.current[which].pop() : ::operator new(which* step);
}

void make_room(std::size_t which) noexcept
{
    will.make();
    std::swap(mine.current[which], mine.other[which]);
    if (mine.current[which].count != 0)
        the_depot().give(which, std::exchange(mine.current[which], {}));
}

} // namespace

void* take_node(std::size_t size)
{
    if (size > largest)
        return ::operator new(size);
    batch& nodes = mine.current[class_of(size)];
    return nodes.count != 0 ? nodes.pop() : refill(class_of(size));
}

void give_node(void* memory, std::size_t size) noexcept
{
    if (size > largest || mine.is_over)
        return ::operator delete(memory);
    batch& nodes = mine.current[class_of(size)];
    if (nodes.count == batch_size)
        make_room(class_of(size));
    nodes.push(memory);
}

} // namespace procpool::detail
