// SPDX-License-Identifier: BSL-1.0
#include "limit/pool.hpp"

#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>

namespace limit {

namespace {

// Which worker, and which of its pipes.
epoll_event watch(std::size_t worker, bool for_room)
{
    return {.events = for_room ? EPOLLOUT : EPOLLIN, .data = {.u64 = worker * 2 + for_room}};
}

} // namespace

pool::pool(const options& chosen)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      window_(chosen.window),
      workers_(chosen.workers)
{
    for (std::size_t i = 0; i != workers_.size(); ++i) {
        workers_[i].index = i;
        epoll_event event = watch(i, false);
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, workers_[i].channel.answer_pipe(), &event);
    }
}

pool::~pool()
{
    ::close(epoll_);
}

void pool::submit(function run, std::span<const std::byte> payload, callback done)
{
    const std::uint32_t index = take_index();
    callbacks_[index] = done;
    queue_.push({.size = payload.size(), .task = index, .run = run, .unused = {}}, payload);
}

std::uint32_t pool::take_index()
{
    if (free_.empty()) {
        callbacks_.emplace_back();
        return static_cast<std::uint32_t>(callbacks_.size() - 1);
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
}

void pool::run()
{
    for (worker& each : workers_)
        feed(each);
    while (free_.size() != callbacks_.size())
        wait();
}

void pool::wait()
{
    epoll_event events[16];
    const int count = ::epoll_wait(epoll_, events, 16, -1);
    for (int i = 0; i < count; ++i) {
        worker& of = workers_[events[i].data.u64 / 2];
        if (events[i].data.u64 % 2 == 0)
            receive(of);
        feed(of);
    }
}

// A callback may submit: its index is free before it is called.
void pool::receive(worker& from)
{
    if (!from.channel.fill())
        throw std::runtime_error("limit::pool: a worker ended");
    while (const auto answer = from.channel.next()) {
        const callback done = callbacks_[answer->head.task];
        free_.push_back(static_cast<std::uint32_t>(answer->head.task));
        --from.ahead;
        done.call(done.context, answer->payload);
    }
}

void pool::feed(worker& to)
{
    send(to);
    while (to.sending.is_written() && to.ahead < window_ && !queue_.empty()) {
        to.sending = queue_.take(window_ - to.ahead);
        to.ahead += to.sending.tasks;
        send(to);
    }
}

void pool::send(worker& to)
{
    if (to.sending.is_written())
        return;
    if (to.sending.begin != to.sending.end)
        to.sending.begin += to.channel.write(queue_.frames(to.sending));
    if (to.sending.begin == to.sending.end && !to.sending.payload.empty())
        to.sending.payload = to.sending.payload.subspan(to.channel.write(to.sending.payload));
    await_room(to, !to.sending.is_written());
    if (to.sending.is_written())
        queue_.release();
}

void pool::await_room(worker& of, bool wanted)
{
    if (of.awaits_room == wanted)
        return;
    epoll_event event = watch(of.index, true);
    ::epoll_ctl(epoll_, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, of.channel.task_pipe(), &event);
    of.awaits_room = wanted;
}

} // namespace limit
