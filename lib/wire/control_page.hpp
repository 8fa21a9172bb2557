// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/chunk_log.hpp"
#include "wire/crash_record.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace procpool::wire {

/// How many tasks can be with one worker at a time.
inline constexpr std::size_t slot_count = 1024;

/// Bytes of answers that a worker can hold back before it writes them.
inline constexpr std::size_t outbox_size = 24 * 1024;

/// How many pieces of memory the worker can show the parent at a time.
inline constexpr std::size_t shown_places = 32;

/// Where a task that was sent to a worker stands. In two bits of its slot's word, beside its id.
enum class task_state : std::uint8_t {
    finished = 0, ///< The run is over: the answer is in the outbox or the pipe, or is being written there. Also the
                  ///< word of a slot that was never used.
    queued = 1,   ///< Sent, not started: the worker may claim it, the parent may revoke it.
    running = 2,  ///< Claimed by the worker.
    revoked = 3,  ///< Taken back by the parent; the worker skips its frame.
};

/// A slot's word as a value.
struct task_word {
    std::uint64_t id = 0;
    task_state state = task_state::finished;

    constexpr std::uint64_t pack() const noexcept { return id << 2 | static_cast<std::uint64_t>(state); }
    static constexpr task_word unpack(std::uint64_t raw) noexcept
    {
        return {raw >> 2, static_cast<task_state>(raw & 3)};
    }
    friend bool operator==(const task_word&, const task_word&) = default;
};

/// One task that was sent ahead. Ids never repeat, so a slot that is used again cannot be confused.
struct task_slot {
    std::atomic<std::uint64_t> word;
    std::atomic<std::uint64_t> started_ns;  ///< CLOCK_MONOTONIC, written by the worker before it claims.
    std::atomic<std::uint64_t> deadline_ns; ///< CLOCK_MONOTONIC, when the task must have ended; 0: no such time.
    std::atomic<std::uint64_t> stop;        ///< The id of the task that is asked to stop.

    /// Parent: the task is on its way. Before its frame is written.
    void publish(std::uint64_t id, std::uint64_t deadline_ns) noexcept;
    /// Worker: from queued to running, at a time. False when the parent took the task back.
    bool claim(std::uint64_t id, std::uint64_t now_ns) noexcept;
    /// Worker: the run is over.
    void finish(std::uint64_t id) noexcept;
    /// Parent: from queued to revoked. True when the task can no longer start here.
    bool revoke(std::uint64_t id) noexcept;
    /// Parent, when the worker is gone and has left no answer: whether the task may have run there, so that it must not
    /// be run again in silence. A word that makes no sense says yes.
    bool may_have_run(std::uint64_t id) const noexcept;
    /// Parent: whether the task may be running now. A word that makes no sense says yes.
    bool may_run(std::uint64_t id) const noexcept;
};

/// Answers that are complete but not yet written to the pipe. They survive the worker's death here, which makes holding
/// them back safe. The worker's answers are one stream of bytes with positions counted from its start; the outbox holds
/// the positions from `begin` up to `end`. The parent knows how many bytes it has, so it can tell what is missing
/// without any further agreement: at a death, or while the worker is busy with a long task.
struct outbox {
    std::atomic<std::uint64_t> begin; ///< Stream position of bytes[0].
    std::atomic<std::uint64_t> end;   ///< Stream position behind the last complete answer.
    std::array<std::byte, outbox_size> bytes;
};

/// The last fork of a fork server. It survives the server's death here, with the number of a child that the parent has.
struct fork_outcome {
    std::atomic<std::uint64_t> worker; ///< For which worker; written before it is forked.
    std::atomic<std::int32_t> pid;     ///< Written by the kernel; 0: there is none.
    std::atomic<std::int32_t> error;   ///< Why there is none, an errno.
};

/// The beginning of every control page, in every version of the library: a parent and a worker of different versions
/// recognize each other by it. Later layouts change only what follows.
struct page_head {
    static constexpr std::uint64_t expected_magic = 0x6c6f6f70'636f7270; // "procpool"
    /// Changes with the layout of the page and with everything else that parent and worker tell each other.
    static constexpr std::uint32_t expected_version = 2;

    std::uint64_t magic;
    std::uint64_t nonce;          ///< Equals the one in the environment.
    std::uint32_t version;        ///< The parent's.
    std::uint32_t worker_version; ///< The worker's, written by a worker that expects another version. Otherwise 0.
};

static_assert(offsetof(page_head, magic) == 0 && offsetof(page_head, nonce) == 8 &&
                  offsetof(page_head, version) == 16 && offsetof(page_head, worker_version) == 20 &&
                  sizeof(page_head) == 24,
              "workers of other versions look for these words at these places");

/// The memory that parent and worker share, one for each worker. The parent distrusts every word of it.
struct control_page {
    page_head head;
    std::atomic<std::uint32_t>
        bell; ///< The parent counts it up, and wakes who waits on it, when it asks a task to stop.
    std::uint64_t max_rss_at_start_kib; ///< Written by the worker: os::max_rss_kib() before anything else.
    std::array<task_slot, slot_count> slots;
    /// Of the memory that the worker shows: how often the parent was done with what is in each place.
    std::array<std::atomic<std::uint64_t>, shown_places> returned;
    fork_outcome forked; ///< Of a fork server.
    outbox answers;
    crash_record crash; ///< Costs no memory before the worker writes it: the page is zeroes until then.
    chunk_log elements; ///< Likewise.
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "the control page is shared between processes");

} // namespace procpool::wire
