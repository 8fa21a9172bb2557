// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "prefetch.hpp"
#include "schedule/task_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace procpool::schedule {

struct worker;

/// Where a task is.
enum class stage : std::uint8_t {
    outside, ///< Not submitted yet, or done with.
    waiting, ///< In the queue, or on its way there.
    sent,    ///< With a worker, started or not.
    resting, ///< In the pause before it runs again.
};

/// Why a task that is with a worker is to be taken back.
enum class recall : std::uint8_t {
    none,
    rebalance, ///< Another worker is idle.
    clear_way, ///< Its worker is about to be killed for another task.
    expire,    ///< Its time to wait is over; if it runs, it may run on.
    cancel,    ///< Its caller gave it up; if it runs, it may run on.
    stop,      ///< Its caller gave it up; if it runs, its limits say what becomes of it.
};

/// After so many workers that did not begin it, a task is given up: one is bad luck, so many are its own doing, also if
/// each of them said that it had not begun.
inline constexpr std::uint16_t most_unbegun = 8;

/// No task has a higher one.
inline constexpr std::uint64_t all_ids = std::numeric_limits<std::uint64_t>::max();

/// What the scheduler knows of a task. The owner of the memory keeps it alive from submit() until the action `forget`.
struct task {
    std::uint64_t id = 0;                      ///< Ascending in order of submission; never used twice.
    const task_limits* limits = &usual_limits; ///< The same object as long as the task lives.
    int priority = 0;                          ///< Higher first.

    // The rest belongs to the scheduler.
    std::uint16_t attempt = 1;     ///< Which run this is, or will be; beyond the largest number, that.
    std::uint16_t kills : 12 = 0;  ///< How many workers ended while they ran it; likewise.
    std::uint16_t unbegun : 4 = 0; ///< How many ended, or were stuck, when it came next and they had not begun it.
    task* previous = nullptr;
    task* next = nullptr;
    worker* with = nullptr;
    union {
        time_point sent_at{}; ///< When it is with a worker, or was.
        const void* soon;     ///< While it waits: one that will have its turn soon after it, or is gone. For fetch().
        task* first_child;    ///< While it waits again: in a task_heap.
    };
    time_point begun_by{}; ///< When it was first seen to run there: whatever its worker says, it began before.
    time_point alarm{};    ///< When to look whether a time of it is over; when it rests: when it goes on.
    stage where = stage::outside;
    recall wanted_back = recall::none;
    bool started = false;     ///< It could not be taken back: it runs, or has run, on its worker.
    bool may_hold = false;    ///< Its worker may hold the answer back.
    bool watched = false;     ///< It has an alarm.
    bool asked : 1 = false;   ///< It was asked to stop.
    bool bound : 1 = false;   ///< Only one worker may run it: `with`, also while it waits for its turn there.
    bool awaited : 1 = false; ///< Its time was over when its run had ended, by its worker's word.
    bool is_back : 1 = false; ///< It waits again, after it was with a worker.
    bool over = false;        ///< Its worker says that it has ended, and has not sent the answer yet.
    bool finished = false;    ///< The caller has its outcome already; only the worker may still be busy with it.
};

/// Lets the processor fetch a task, and what its owner keeps behind it, while it does something else. In a long queue
/// each has left its cache since it was submitted. Nothing need be there any more; null is nothing.
inline void fetch(const void* t) noexcept
{
    if (t)
        prefetch(t, 200);
}

/// An intrusive list of tasks: no memory of its own, so that queues of millions cost nothing but the tasks.
class task_list {
public:
    bool empty() const noexcept { return first_ == nullptr; }
    std::size_t size() const noexcept { return size_; }
    task* front() const noexcept { return first_; }
    task* back() const noexcept { return last_; }

    void push_back(task& t) noexcept
    {
        t.next = nullptr;
        t.previous = last_;
        (last_ ? last_->next : first_) = &t;
        last_ = &t;
        ++size_;
    }
    /// Moves all of another list to the end of this one.
    void append(task_list& others) noexcept;
    void remove(task& t) noexcept
    {
        (t.previous ? t.previous->next : first_) = t.next;
        (t.next ? t.next->previous : last_) = t.previous;
        t.previous = t.next = nullptr;
        --size_;
    }

private:
    task* first_ = nullptr;
    task* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace procpool::schedule
