// SPDX-License-Identifier: BSL-1.0
// How the ends of a queue are made and passed on, and waiting, which is done without the lock.
#include "os/tape.hpp"
#include "share/queue_parts.hpp"

#include <procpool/detail/reader.hpp>
#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/writer.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace procpool::detail {
namespace {

// For the lock, by who does not want to wait: it is kept for microseconds, unless its holder is stopped.
constexpr std::chrono::milliseconds moment{10};

deadline in_a_moment()
{
    return std::chrono::steady_clock::now() + moment;
}

[[noreturn]] void refuse_for(const std::system_error& error)
{
    if (error.code() == std::errc::too_many_files_open)
        throw_error(errc::too_many_descriptors,
                    "A queue needs five descriptors, and the limit of open files is reached; "
                    "raise it (ulimit -n), or use fewer queues.");
    throw error;
}

std::unique_ptr<shared_queue::parts> make_parts(std::size_t maxsize)
{
    auto memory = os::make_tape(os::queue_tape, share::queue_page::size);
    auto own = os::reopen(memory.get()); // as every receiver will have to
    if (!own)
        throw std::system_error(errno, std::generic_category(), "cannot open the memory of a queue (is /proc there?)");
    auto made =
        std::make_unique<shared_queue::parts>(std::move(own), os::make_flag(), os::make_flag(), os::make_flag());
    made->page.initialize(maxsize);
    os::raise_flag(made->room.get());
    return made;
}

template <class Step>
bool repeat(shared_queue::parts& queue, int flag, deadline until, Step step)
{
    for (;;) {
        if (!queue.lock.try_lock_until(until))
            return false;
        {
            const std::lock_guard locked(queue.lock, std::adopt_lock);
            if (step(queue) == attempt::done)
                return true;
        }
        if (!os::wait_until_ready(flag, os::readiness::to_read, until))
            return false;
    }
}

template <class Step>
attempt attempt_once(shared_queue::parts& queue, Step step)
{
    const std::unique_lock locked(queue.lock, std::try_to_lock);
    return locked ? step(queue) : attempt::busy;
}

template <class Step>
bool do_now(shared_queue::parts& queue, Step step)
{
    if (!queue.lock.try_lock_until(in_a_moment()))
        return false;
    const std::lock_guard locked(queue.lock, std::adopt_lock);
    return step(queue) == attempt::done;
}

// Its number may change, as long as this process does not have an open file description of its own. The first attempt
// to lock ends that, be it in vain.
int own_file(shared_queue::parts& queue)
{
    if (queue.lock.try_lock_until(in_a_moment()))
        queue.lock.unlock();
    return queue.lock.file();
}

auto putting(byte_buffer& record)
{
    return [&record](shared_queue::parts& queue) { return queue.put(record); };
}

auto getting(byte_buffer& record)
{
    return [&record](shared_queue::parts& queue) { return queue.get(record); };
}

attempt joining(shared_queue::parts& queue)
{
    return queue.join();
}

} // namespace

shared_queue::shared_queue(std::unique_ptr<parts> all) noexcept : parts_(std::move(all)) {}
shared_queue::~shared_queue() = default;

std::shared_ptr<shared_queue> shared_queue::make(std::size_t maxsize)
{
    try {
        return std::make_shared<shared_queue>(make_parts(maxsize));
    } catch (const std::system_error& error) {
        refuse_for(error);
    }
}

std::shared_ptr<shared_queue> shared_queue::receive(reader& from)
{
    auto memory = from.take_descriptor();
    auto items = from.take_descriptor();
    auto room = from.take_descriptor();
    auto idle = from.take_descriptor();
    auto received = std::make_unique<parts>(std::move(memory), std::move(items), std::move(room), std::move(idle));
    if (!received->page.is_initialized())
        reader::refuse("what was sent along is no queue");
    return std::make_shared<shared_queue>(std::move(received));
}

void shared_queue::attach(writer& to) const
{
    const auto self = shared_from_this();
    to.attach({self, own_file(*parts_), true});
    for (const int flag : {items_flag(), room_flag(), idle_flag()})
        to.attach({self, flag});
}

attempt shared_queue::try_put(byte_buffer& record)
{
    return attempt_once(*parts_, putting(record));
}

attempt shared_queue::try_get(byte_buffer& record)
{
    return attempt_once(*parts_, getting(record));
}

attempt shared_queue::try_join()
{
    return attempt_once(*parts_, joining);
}

// The lock is needed only where the flag must be lowered.
attempt shared_queue::look_for_item()
{
    const auto now = parts_->state();
    if (now.count() != 0 || now.is_closed != 0)
        return attempt::done;
    return attempt_once(*parts_, [](parts& queue) { return queue.look_for_item(); });
}

bool shared_queue::put(byte_buffer& record, deadline until)
{
    return repeat(*parts_, room_flag(), until, putting(record));
}

bool shared_queue::get(byte_buffer& record, deadline until)
{
    return repeat(*parts_, items_flag(), until, getting(record));
}

bool shared_queue::join(deadline until)
{
    return repeat(*parts_, idle_flag(), until, joining);
}

bool shared_queue::put_now(byte_buffer& record)
{
    return do_now(*parts_, putting(record));
}

bool shared_queue::get_now(byte_buffer& record)
{
    return do_now(*parts_, getting(record));
}

void shared_queue::task_done()
{
    const std::lock_guard locked(parts_->lock);
    auto next = parts_->state();
    if (next.unfinished == 0)
        throw std::logic_error("procpool::queue::task_done() was called more often than there were items");
    if (--next.unfinished == 0)
        os::raise_flag(idle_flag());
    parts_->page.commit(next);
}

void shared_queue::close()
{
    const std::lock_guard locked(parts_->lock);
    auto next = parts_->state();
    os::raise_flag(items_flag());
    os::raise_flag(room_flag());
    next.is_closed = 1;
    parts_->page.commit(next);
}

std::size_t shared_queue::size() const
{
    return parts_->state().count();
}

std::size_t shared_queue::maxsize() const noexcept
{
    return parts_->page.maxsize();
}

bool shared_queue::is_closed() const
{
    return parts_->state().is_closed != 0;
}

int shared_queue::items_flag() const noexcept
{
    return parts_->items.get();
}

int shared_queue::room_flag() const noexcept
{
    return parts_->room.get();
}

int shared_queue::idle_flag() const noexcept
{
    return parts_->idle.get();
}

waiting_line* shared_queue::getters() const noexcept
{
    return &parts_->getters;
}

waiting_line* shared_queue::putters() const noexcept
{
    return &parts_->putters;
}

waiting_line* shared_queue::joiners() const noexcept
{
    return &parts_->joiners;
}

} // namespace procpool::detail
