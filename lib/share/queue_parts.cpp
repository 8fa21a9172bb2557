// SPDX-License-Identifier: BSL-1.0
// Putting and getting, under the lock.
#include "share/queue_parts.hpp"

#include "os/tape.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

namespace procpool::detail {
namespace {

constexpr std::uint64_t page_size = share::queue_page::size;
constexpr std::uint64_t kept_bytes = 256 * 1024; // bytes of an empty tape whose memory is used again
constexpr std::uint64_t worthwhile = 256 * 1024; // to give back in one system call
constexpr std::size_t first_read = 1024;         // most records are shorter: one system call

void (*step_watcher)(queue_step) = nullptr;

void reach(queue_step step)
{
    if (step_watcher)
        step_watcher(step);
}

[[noreturn]] void throw_corrupt()
{
    throw_error(errc::protocol_error, "The memory of a queue makes no sense: one of its processes has written over it; "
                                      "make a new queue, and look for memory corruption in the tasks.");
}

[[noreturn]] void throw_queue_closed()
{
    throw_error(errc::queue_closed, make_error_code(errc::queue_closed).message());
}

constexpr std::uint64_t page_floor(std::uint64_t position) noexcept
{
    return position / page_size * page_size;
}

} // namespace

void watch_queue_steps(void (*watcher)(queue_step)) noexcept
{
    step_watcher = watcher;
}

shared_queue::parts::parts(os::descriptor file, os::descriptor items_flag, os::descriptor room_flag,
                           os::descriptor idle_flag)
    : lock(std::move(file)),
      memory(lock.file(), share::queue_page::size, os::access::read_write),
      page(*reinterpret_cast<share::queue_page*>(memory.data())),
      items(std::move(items_flag)),
      room(std::move(room_flag)),
      idle(std::move(idle_flag))
{
}

share::queue_state shared_queue::parts::state() const
{
    const auto seen = page.read();
    if (!seen.makes_sense())
        throw_corrupt();
    return seen;
}

attempt shared_queue::parts::put(byte_buffer& record)
{
    reach(queue_step::locked);
    auto next = state();
    const auto most = page.maxsize();
    if (next.is_closed != 0)
        throw_queue_closed();
    if (most != 0 && next.count() >= most) {
        os::lower_flag(room.get());
        return attempt::not_yet;
    }
    write(next, record);
    reach(queue_step::copied);
    const bool is_first = next.count() == 0;
    if (is_first)
        os::raise_flag(items.get());
    reach(queue_step::flagged);
    ++next.put;
    ++next.unfinished;
    page.commit(next);
    reach(queue_step::committed);
    if (next.count() == most)
        os::lower_flag(room.get());
    if (next.unfinished == 1)
        os::lower_flag(idle.get());
    reach(queue_step::lowered);
    return attempt::done;
}

attempt shared_queue::parts::get(byte_buffer& record)
{
    reach(queue_step::locked);
    auto next = state();
    if (next.count() == 0) {
        if (next.is_closed != 0)
            throw_queue_closed();
        os::lower_flag(items.get());
        return attempt::not_yet;
    }
    next.head = read(next, record);
    reach(queue_step::copied);
    if (next.count() == page.maxsize())
        os::raise_flag(room.get());
    reach(queue_step::flagged);
    commit_taken(next);
    reach(queue_step::committed);
    if (next.count() == 0 && next.is_closed == 0)
        os::lower_flag(items.get());
    reach(queue_step::lowered);
    give_back(next);
    reach(queue_step::gave_back);
    return attempt::done;
}

attempt shared_queue::parts::join()
{
    if (state().unfinished == 0)
        return attempt::done;
    os::lower_flag(idle.get());
    return attempt::not_yet;
}

attempt shared_queue::parts::look_for_item()
{
    const auto now = state();
    if (now.count() != 0 || now.is_closed != 0)
        return attempt::done;
    os::lower_flag(items.get());
    return attempt::not_yet;
}

// A write beyond the limit of files would be the end of this process, by SIGXFSZ; the limit may be another one each
// time. Who is killed while it writes a large one has told before what must be given back.
void shared_queue::parts::write(share::queue_state& state, byte_buffer& record)
{
    const std::uint64_t size = record.size() - record_header;
    std::memcpy(record.data(), &size, sizeof(size));
    const auto end = state.tail + record.size();
    if (page_size + end > os::largest_file())
        throw std::system_error(
            EFBIG, std::generic_category(),
            "The items of a queue take more room than a file of this process may "
            "have (RLIMIT_FSIZE, ulimit -f): raise the limit, or let others get before more is put");
    state.allocated_to = std::max(state.allocated_to, end);
    if (record.size() >= worthwhile)
        page.commit(state);
    os::write_at(lock.file(), page_size + state.tail, record);
    state.tail = end;
}

// Returns where the next record starts. The size is read once, into memory of this process, and large ones are believed
// only as far as somebody has spent memory on them.
std::uint64_t shared_queue::parts::read(const share::queue_state& state, byte_buffer& record) const
{
    std::array<std::byte, first_read> start;
    const std::uint64_t there = state.tail - state.head;
    const std::uint64_t offset = page_size + state.head;
    const auto first = std::span(start).first(std::min<std::uint64_t>(there, start.size()));
    std::uint64_t size = 0;
    if (there < record_header || !os::read_at(lock.file(), offset, first))
        throw_corrupt();
    std::memcpy(&size, start.data(), sizeof(size));
    if (size > there - record_header || (size > start.size() && size > os::memory_in(lock.file())))
        throw_corrupt();
    const auto whole = static_cast<std::size_t>(size) + record_header;
    const auto from_start = std::min(whole, first.size());
    record.clear();
    record.append(start.data(), from_start);
    const std::size_t rest = whole - from_start;
    if (!os::read_at(lock.file(), offset + from_start, {record.extend(rest), rest}))
        throw_corrupt();
    return state.head + whole;
}

// An empty tape starts anew, where its memory is.
void shared_queue::parts::commit_taken(share::queue_state& state)
{
    ++state.taken;
    if (state.count() == 0)
        state.head = state.tail = state.allocated_from = 0;
    page.commit(state);
}

// Who is killed before the commit leaves it to be given back once more.
void shared_queue::parts::give_back(share::queue_state state)
{
    const bool is_empty = state.tail == 0;
    const auto from = is_empty ? kept_bytes : page_floor(state.allocated_from);
    const auto to = is_empty ? state.allocated_to : page_floor(state.head);
    if (to < from + (is_empty ? 1 : worthwhile))
        return;
    os::give_back(lock.file(), page_size + from, page_size + to);
    state.allocated_from = is_empty ? 0 : to;
    state.allocated_to = is_empty ? kept_bytes : state.allocated_to;
    page.commit(state);
}

} // namespace procpool::detail
