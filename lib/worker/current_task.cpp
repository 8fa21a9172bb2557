// SPDX-License-Identifier: BSL-1.0
// The worker's side of procpool::this_task.
#include "worker/current_task.hpp"

#include "os/futex.hpp"
#include "os/per_process.hpp"
#include "worker/code_table.hpp"

#include <procpool/this_task.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace procpool {
namespace {

// Written by the loop's thread, read by all.
std::atomic<wire::control_page*> current_page;
std::atomic<std::uint64_t> current_id; // 0: no task runs
std::atomic<std::uint16_t> current_slot;
std::atomic<std::uint64_t> current_deadline_ns; // 0: none

// Turns what the parent writes into the page into requests of std::stop_source.
class stop_watch {
public:
    std::stop_token token()
    {
        const std::scoped_lock lock(mutex_);
        if (!watching_) {
            std::thread([this] { watch(); }).detach(); // until the process ends
            watching_ = true;
        }
        if (!used_) {
            source_ = {};
            used_ = true;
        }
        if (this_task::stop_requested())
            source_.request_stop();
        return source_.get_token();
    }
    void end_task() noexcept
    {
        const std::scoped_lock lock(mutex_);
        used_ = false;
    }

private:
    void watch()
    {
        wire::control_page& page = *current_page.load();
        for (;;) {
            const std::uint32_t rung = page.bell.load(std::memory_order_acquire);
            if (auto asked = source_if_asked())
                asked->request_stop(); // runs callbacks, which may want the mutex
            os::wait_while_shared(page.bell, rung);
        }
    }
    std::optional<std::stop_source> source_if_asked()
    {
        const std::scoped_lock lock(mutex_);
        return used_ && this_task::stop_requested() ? std::optional(source_) : std::nullopt;
    }

    std::mutex mutex_;
    std::stop_source source_;
    bool used_ = false; // the source belongs to the task that runs
    bool watching_ = false;
};

constinit os::per_process<stop_watch> the_stop_watch; // its thread never ends

// 0: none, also where the clock cannot tell it.
std::uint64_t end_of(std::uint64_t started_ns, std::uint64_t timeout_ns) noexcept
{
    constexpr std::uint64_t last = std::chrono::nanoseconds::max().count();
    return timeout_ns != 0 && timeout_ns < last - started_ns ? started_ns + timeout_ns : 0;
}

} // namespace

void worker::begin_current_task(wire::control_page& page, std::uint16_t slot, std::uint64_t id,
                                std::uint64_t started_ns, std::uint64_t timeout_ns) noexcept
{
    const std::uint64_t deadline = page.slots[slot].deadline_ns.load(std::memory_order_relaxed);
    const std::uint64_t timeout_end = end_of(started_ns, timeout_ns);
    const bool timeout_first = deadline == 0 || (timeout_end != 0 && timeout_end < deadline);
    current_page.store(&page, std::memory_order_relaxed);
    current_slot.store(slot, std::memory_order_relaxed);
    current_deadline_ns.store(timeout_first ? timeout_end : deadline, std::memory_order_relaxed);
    current_id.store(id, std::memory_order_release);
}

void worker::end_current_task() noexcept
{
    current_id.store(0, std::memory_order_release);
    if (auto* const watch = the_stop_watch.find())
        watch->end_task();
}

wire::chunk_log* worker::begin_chunk_log() noexcept
{
    const std::uint64_t id = current_id.load(std::memory_order_relaxed);
    if (id == 0 || own_modules::are_in_use()) // elements that a task runs inline are no concern of the pool
        return nullptr;
    auto& log = current_page.load(std::memory_order_relaxed)->elements;
    log.begin(id);
    return &log;
}

bool worker::has_chunk_log() noexcept
{
    const std::uint64_t id = current_id.load(std::memory_order_relaxed);
    return id != 0 && current_page.load(std::memory_order_relaxed)->elements.task.load(std::memory_order_relaxed) == id;
}

bool this_task::stop_requested() noexcept
{
    const std::uint64_t id = current_id.load(std::memory_order_acquire);
    if (id == 0)
        return false;
    const auto& slot =
        current_page.load(std::memory_order_relaxed)->slots[current_slot.load(std::memory_order_relaxed)];
    return slot.stop.load(std::memory_order_acquire) == id;
}

std::stop_token this_task::stop_token()
{
    if (current_id.load(std::memory_order_acquire) == 0)
        return {};
    return the_stop_watch.get().token();
}

std::optional<std::chrono::steady_clock::time_point> this_task::deadline() noexcept
{
    const std::uint64_t end = current_deadline_ns.load(std::memory_order_relaxed);
    if (current_id.load(std::memory_order_acquire) == 0 || end == 0)
        return {};
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(end)); // CLOCK_MONOTONIC
}

} // namespace procpool
