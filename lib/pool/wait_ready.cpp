// SPDX-License-Identifier: BSL-1.0
#include <procpool/wait_ready.hpp>

#include "os/original.hpp"
#include "os/pipe.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <stdexcept>

namespace procpool::detail {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using boost::system::error_code;

std::exception_ptr as_exception(const error_code& error)
{
    return std::make_exception_ptr(boost::system::system_error(error));
}

/// Waits for all descriptors at once, and looks at all objects when one of them has become readable. In a strand,
/// because a cancellation may come from any thread.
class wait_operation final : public std::enable_shared_from_this<wait_operation> {
public:
    wait_operation(const asio::any_io_executor& executor, std::vector<watched> objects, ready_handler handler)
        : objects_(std::move(objects)),
          handler_(std::move(handler)),
          executor_(executor),
          strand_(executor),
          timer_(strand_)
    {
    }

    void start()
    {
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected())
            slot.assign([self = weak_from_this()](asio::cancellation_type type) {
                const auto operation = self.lock();
                if (!operation || type == asio::cancellation_type::none)
                    return;
                asio::post(operation->strand_, [operation] { operation->fail(asio::error::operation_aborted); });
            });
        asio::post(strand_, [self = shared_from_this()] { self->step([&] { self->watch_all(); }); });
    }

private:
    /// Of its own, as Asio wants.
    struct watch {
        stream_descriptor descriptor;
        bool is_waiting = false;
    };

    // What a step throws is the outcome. The handler is called outside of it: what that throws is not ours.
    template <class Step>
    void step(Step next)
    {
        if (!handler_) // it was completed while this was on its way
            return;
        std::exception_ptr failure;
        try {
            next();
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure || !ready_.empty())
            finish(std::move(failure));
    }
    void fail(const error_code& error)
    {
        step([&] { std::rethrow_exception(as_exception(error)); });
    }

    // Descriptors that are the caller's may be closed from now on.
    void watch_all()
    {
        for (auto& each : objects_) {
            auto own = os::duplicate(each.descriptor);
            auto& added = watches_->emplace_back(stream_descriptor(strand_));
            added.descriptor.assign(own.get());
            each.descriptor = own.release();
        }
        look();
    }
    void look()
    {
        auto seen = look_at(objects_);
        ready_ = std::move(seen.ready);
        if (!ready_.empty())
            return;
        if (seen.is_busy)
            return pause();
        pause_ = shortest_pause;
        for (auto& each : *watches_)
            if (!each.is_waiting)
                wait(each);
    }
    void wait(watch& on)
    {
        on.is_waiting = true;
        on.descriptor.async_wait(stream_descriptor::wait_read, [self = shared_from_this(), &on](error_code error) {
            on.is_waiting = false;
            error ? self->fail(error) : self->look_again();
        });
    }
    void pause()
    {
        timer_.expires_after(pause_);
        pause_ = std::min(2 * pause_, longest_pause);
        timer_.async_wait([self = shared_from_this()](error_code error) {
            if (!error) // else another pause has taken its place
                self->look_again();
        });
    }
    void look_again()
    {
        step([this] { look(); });
    }

    // Nothing of the operation is left when the handler is called, on its own executor, which alone may touch the slot.
    void finish(std::exception_ptr failure)
    {
        timer_.cancel();
        for (auto& each : *watches_)
            each.descriptor.close();
        objects_.clear();
        asio::dispatch(executor_, [handler = std::move(handler_), failure = std::move(failure),
                                   ready = std::move(ready_)]() mutable {
            asio::get_associated_cancellation_slot(handler).clear();
            std::move(handler)(std::move(failure), std::move(ready));
        });
    }

    static constexpr std::chrono::nanoseconds shortest_pause = std::chrono::microseconds(20);
    static constexpr std::chrono::nanoseconds longest_pause = std::chrono::milliseconds(10);

    std::vector<watched> objects_;
    ready_handler handler_;
    asio::any_io_executor executor_; // the handler's
    asio::strand<asio::any_io_executor> strand_;
    asio::steady_timer timer_;
    os::original_ptr<std::deque<watch>> watches_{new std::deque<watch>}; // which stay where they are
    std::vector<std::size_t> ready_;
    std::chrono::nanoseconds pause_ = shortest_pause;
};

} // namespace

std::vector<watched> watched_of(const std::vector<waitable>& objects)
{
    if (objects.empty())
        throw std::invalid_argument("procpool::wait_ready() was given no objects: there is nothing to wait for");
    std::vector<watched> all;
    for (const auto& each : objects)
        all.push_back(each.watched());
    return all;
}

void async_wait_for_some(const asio::any_io_executor& executor, std::vector<watched> objects, ready_handler handler)
{
    std::make_shared<wait_operation>(executor, std::move(objects), std::move(handler))->start();
}

} // namespace procpool::detail
