// SPDX-License-Identifier: BSL-1.0
#include "asio_future/pool.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace asio_future {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t window = 256; // as limit's

} // namespace

pool::worker::worker(asio::io_context& loop)
    : task_pipe(loop, channel.task_pipe()),
      answer_pipe(loop, channel.answer_pipe())
{
}

// The channel closes them.
pool::worker::~worker()
{
    task_pipe.release();
    answer_pipe.release();
}

pool::pool(unsigned workers)
{
    for (unsigned i = 0; i != workers; ++i)
        receive(workers_.emplace_back(loop_));
    thread_ = std::thread([this] { loop_.run(); });
}

pool::~pool()
{
    loop_.stop();
    thread_.join();
}

std::future<bytes> pool::submit(limit::function run, std::span<const std::byte> payload)
{
    task made{.run = run, .payload = bytes(payload.begin(), payload.end()), .outcome = {}};
    std::future<bytes> outcome = made.outcome.get_future();
    const std::lock_guard lock(mutex_);
    submitted_.push_back(std::move(made));
    if (!std::exchange(is_woken_, true))
        asio::post(loop_, [this] { take_submitted(); });
    return outcome;
}

void pool::take_submitted()
{
    std::vector<task> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(submitted_);
        is_woken_ = false;
    }
    std::move(taken.begin(), taken.end(), std::back_inserter(queue_));
    for (worker& each : workers_)
        feed(each);
}

void pool::feed(worker& to)
{
    if (to.sending.size() != 0)
        return;
    for (; !queue_.empty() && to.ahead.size() < window; queue_.pop_front())
        encode(queue_.front(), to);
    if (to.sending.size() == 0)
        return;
    asio::async_write(to.task_pipe, asio::buffer(to.sending.data(), to.sending.size()), [&](error_code, std::size_t) {
        to.sending.clear();
        feed(to);
    });
}

void pool::encode(task& next, worker& to)
{
    to.sending.append_value(limit::header{.size = next.payload.size(), .task = 0, .run = next.run, .unused = {}});
    to.sending.append(next.payload);
    to.ahead.push_back(std::move(next.outcome));
}

void pool::receive(worker& from)
{
    from.answer_pipe.async_wait(asio::posix::stream_descriptor::wait_read, [&](error_code error) {
        if (error || !from.channel.fill())
            return;
        while (const auto answer = from.channel.next()) {
            from.ahead.front().set_value(bytes(answer->payload.begin(), answer->payload.end()));
            from.ahead.pop_front();
        }
        feed(from);
        receive(from);
    });
}

} // namespace asio_future
