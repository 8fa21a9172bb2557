// SPDX-License-Identifier: BSL-1.0
#include "link/link.hpp"

#include "link/module_table.hpp"
#include "os/pipe.hpp"

#include <algorithm>
#include <new>

namespace procpool::link {
link::link(const boost::asio::any_io_executor& executor, std::uint64_t number, launched worker, live_groups& groups,
           const launch_plan& plan)
    : number_(number),
      page_memory_(std::make_shared<os::mapping>(std::move(worker.ends.page))),
      page_(*reinterpret_cast<wire::control_page*>(page_memory_->data())),
      slots_(page_),
      payloads_(executor, std::move(worker.ends.memory), page_memory_, plan.is_confined),
      descriptors_(payloads_.socket()),
      descriptors_timer_(executor),
      max_answer_bytes_(wire::max_answer_bytes(plan.max_result_bytes)),
      tasks_kept_(std::move(worker.ends.tasks_kept)),
      tasks_(executor, worker.ends.tasks.release()),
      answers_(executor, worker.ends.answers.release()),
      pid_(worker.child.pid),
      process_(std::in_place, executor, std::move(worker.child), std::move(worker.ends.lifeline),
               std::move(worker.cgroup), groups),
      frames_(max_answer_bytes_),
      oom_kills_at_start_(worker.oom_kills)
{
    open_output(executor, worker, plan);
    os::set_non_blocking(tasks_.native_handle());
}

void link::start(std::shared_ptr<link_events> events, const wire::configuration& first_message, std::uint32_t modules,
                 attached_ptr descriptors)
{
    events_ = std::move(events);
    watch_exit();
    watch_payloads();
    read();
    resume_output();
    send_new_modules(modules);
    const auto sent = send_descriptors(0, descriptors); // no task has that id
    send_message(wire::frame_kind::configure, wire::encode_message(first_message), sent);
}

std::uint16_t link::send(task& t, const outgoing_task& described)
{
    // The page says "queued" before the frame is written.
    const std::uint16_t slot = slots_.take(described.id, t, described.deadline);
    try {
        add_task(slot, described);
    } catch (const std::bad_alloc&) { // when it has ended, all that has a slot runs elsewhere or has an outcome
        kill();
    }
    return slot;
}

void link::add_task(std::uint16_t slot, const outgoing_task& described)
{
    if (modules_sent_ < described.modules)
        send_new_modules(described.modules);
    const auto descriptors = send_descriptors(described.id, described.descriptors);
    auto& header = described.attached.empty() ? add_call(slot, described.call)
                                              : add_call_with(described.attached, slot, described.call);
    header.id = described.id;
    header.slot = slot;
    header.ran_ns = static_cast<std::uint64_t>(described.timeout.count());
    header.may_hold = described.may_hold;
    header.descriptors = descriptors;
}

wire::frame_header& link::add_call(std::uint16_t slot, const detail::byte_buffer& call)
{
    const auto shown = call.size() >= detail::shared_from ? payloads_.show(slot, call) : std::nullopt;
    if (!shown)
        return outgoing_.add(wire::frame_kind::task, call);
    auto& header = outgoing_.add(wire::frame_kind::task, std::as_bytes(std::span(&*shown, 1)));
    header.place = wire::payload_place::shown;
    return header;
}

// Where the buffers are; then those that could not be shown; then the call.
wire::frame_header& link::add_call_with(std::span<const detail::byte_buffer> attached, std::uint16_t slot,
                                        const detail::byte_buffer& call)
{
    detail::byte_buffer payload;
    detail::byte_buffer copied;
    for (const auto& each : attached) {
        const auto shown = payloads_.show(slot, each);
        const auto where = shown.value_or(wire::shown_payload{.size = each.size()});
        payload.append(&where, sizeof(where));
        if (!shown) {
            copied.append(each.data(), each.size());
            copied.align(wire::frame_alignment);
        }
    }
    payload.append(copied.data(), copied.size());
    payload.append(call.data(), call.size());
    auto& header = outgoing_.add(wire::frame_kind::task, payload);
    header.attached = static_cast<std::uint8_t>(attached.size());
    return header;
}

void link::fork(std::uint64_t number, const std::string& title)
{
    outgoing_.add(wire::frame_kind::fork, std::as_bytes(std::span(title))).id = number;
    flush();
}

link::fork_result link::forked(std::uint64_t number) const noexcept
{
    const auto& last = page_.forked;
    if (last.worker != number)
        return {};
    const pid_t pid = last.pid;
    return {.pid = pid, .error = pid == 0 ? last.error.load() : 0};
}

bool link::take_back(std::uint16_t slot) noexcept
{
    if (!slots_.revoke(slot))
        return false;
    descriptors_.take_back(slots_.id_at(slot));
    silence(slots_.id_at(slot));
    slots_.release(slot);
    payloads_.release(slot);
    return true;
}

void link::forget_payloads()
{
    if (!payloads_.any() || !slots_.empty() || exited_)
        return;
    payloads_.forget();
    send_message(wire::frame_kind::forget, {});
    flush();
}

void link::send_new_modules(std::uint32_t known)
{
    for (; modules_sent_ < known; ++modules_sent_)
        send_message(wire::frame_kind::module, wire::encode_message(notice_of(modules_sent_)));
}

void link::send_message(wire::frame_kind kind, std::span<const std::byte> message, std::uint8_t descriptors)
{
    outgoing_.add(kind, message).descriptors = descriptors;
}

// They leave before the frame does, so most often they are there when it is read. If not, the worker waits for them.
std::uint8_t link::send_descriptors(std::uint64_t id, const attached_ptr& all)
{
    if (!all)
        return 0;
    if (!descriptors_.send(id, all))
        send_descriptors_later();
    return static_cast<std::uint8_t>(all->size());
}

// By a timer, because there is no event for one of the reasons: as many descriptors are on their way, of all
// processes of this user, as one of them may have open (ETOOMANYREFS).
void link::send_descriptors_later()
{
    descriptors_timer_.expires_after(descriptors_pause);
    descriptors_timer_.async_wait([self = shared_from_this(), pool = events_](boost::system::error_code error) {
        if (!error)
            pool->enter(*self, &link::on_descriptors_later, 0);
    });
}

void link::on_descriptors_later(std::size_t)
{
    if (!exited_ && !descriptors_.send_waiting())
        send_descriptors_later();
}

void link::flush()
{
    if (!writing_ && !exited_ && tasks_.is_open())
        write();
}

// Most often the pipe has room for everything. Only what it cannot take now goes through the reactor.
void link::write()
{
    const auto bytes = outgoing_.to_write();
    if (!bytes.empty())
        outgoing_.written(os::write_some(tasks_.native_handle(), bytes));
    write_when_possible();
}

// A write to a dead worker never completes by itself, because its read end is kept open here: on_exit cancels it.
void link::write_when_possible()
{
    const auto bytes = outgoing_.to_write();
    if (bytes.empty())
        return;
    tasks_.async_write_some(boost::asio::buffer(bytes.data(), bytes.size()),
                            [self = shared_from_this(), pool = events_](boost::system::error_code, std::size_t count) {
                                pool->enter(*self, &link::on_written, count);
                            });
    writing_ = true;
}

// No bytes: the write was cancelled because the worker has ended. One that was done at that moment may be told even
// after end(), when there is nobody left to tell of another.
void link::on_written(std::size_t count)
{
    writing_ = false;
    outgoing_.written(count);
    if (count != 0 && tasks_.is_open())
        write_when_possible();
}

void link::collect()
{
    if (!exited_)
        feed(stream_.collect(page_.answers));
}

void link::retire()
{
    boost::system::error_code ignored;
    tasks_.close(ignored);
}

void link::kill() noexcept
{
    killed_ = true;
    if (process_ && !process_->kill())
        killed_through_lifeline_ = true;
}

void link::terminate() noexcept
{
    killed_ = true;
    if (process_ && !process_->terminate())
        killed_through_lifeline_ = true;
}

void link::abandon() noexcept
{
    exited_ = true;
    descriptors_timer_.cancel();
    payloads_.cancel();
    boost::system::error_code ignored;
    tasks_.close(ignored);
    answers_.close(ignored);
    process_.reset();
    end_output();
    events_.reset();
}

} // namespace procpool::link
