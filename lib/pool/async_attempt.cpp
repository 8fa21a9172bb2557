// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/async_attempt.hpp>

#include "os/original.hpp"
#include "os/pipe.hpp"
#include "pool/loop_thread.hpp"
#include "waiting_line.hpp"

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
#include <chrono>

namespace procpool::detail {
namespace {

namespace asio = boost::asio;
using asio::posix::descriptor_base;
using boost::system::error_code;

std::exception_ptr aborted()
{
    return std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
}

/// Once it has its turn, one at a time of: an attempt, a wait for the descriptor, a pause. In a strand of its own,
/// because the turn and a cancellation may come from any thread. Not in one of the handler's, because those who have
/// a loop in common wait in one line, with one descriptor, and a busy strand of one must not hold up the others.
class attempt_operation final : public turn_taker, public std::enable_shared_from_this<attempt_operation> {
public:
    attempt_operation(const asio::any_io_executor& executor, awaited_attempt what, attempt_handler handler)
        : what_(std::move(what)),
          handler_(std::move(handler)),
          executor_(executor),
          loop_(loop_of(executor)),
          strand_(loop_),
          timer_(strand_)
    {
    }
    ~attempt_operation() override
    {
        if (handler_ &&
            mark_.is_here()) // its loop has ended; in a forked copy somebody may have the line's lock for ever
            what_.line->drop(*this);
    }

    bool keeps_order_with(const turn_taker& other) const noexcept override
    {
        return loop_ == static_cast<const attempt_operation&>(other).loop_;
    }
    void take_turn() override
    {
        asio::post(strand_, [self = shared_from_this()] {
            self->has_turn_ = true;
            self->attempt_once();
        });
    }

    void start()
    {
        auto slot = asio::get_associated_cancellation_slot(handler_);
        if (slot.is_connected())
            slot.assign([self = weak_from_this()](asio::cancellation_type type) {
                const auto operation = self.lock();
                if (!operation || type == asio::cancellation_type::none)
                    return;
                operation->is_cancelled_ = true; // at once: an attempt that was not made yet will not be made
                asio::post(operation->strand_, [operation] { operation->end_wait(); });
            });
        what_.line->join(shared_from_this());
    }

private:
    void end_wait();
    void attempt_once();
    bool goes_on();
    void wait_for_descriptor();
    void pause();
    void finish(std::exception_ptr failure);
    void leave_line();
    auto again()
    {
        return [self = shared_from_this()](error_code) { self->attempt_once(); };
    }

    static constexpr std::chrono::nanoseconds shortest_pause = std::chrono::microseconds(20);
    static constexpr std::chrono::nanoseconds longest_pause = std::chrono::milliseconds(10);

    awaited_attempt what_;
    attempt_handler handler_;
    asio::any_io_executor executor_; // the handler's
    asio::any_io_executor loop_;
    asio::strand<asio::any_io_executor> strand_;
    asio::steady_timer timer_;
    os::original_ptr<asio::posix::stream_descriptor> descriptor_; // null before there is something to wait for
    std::chrono::nanoseconds pause_ = shortest_pause;
    std::atomic<bool> is_cancelled_ = false;
    bool has_turn_ = false;
    const os::process_mark mark_;
};

// In the line there is nothing under way that could tell the operation that it was cancelled.
void attempt_operation::end_wait()
{
    if (!has_turn_ && handler_)
        return finish(aborted());
    timer_.cancel();
    error_code ignored;
    if (descriptor_)
        descriptor_->cancel(ignored);
}

// The handler is called outside of the try block: what it throws is not ours.
void attempt_operation::attempt_once()
{
    if (!handler_) // it was cancelled when its turn was on the way
        return;
    std::exception_ptr failure;
    bool is_over = true;
    try {
        if (is_cancelled_)
            failure = aborted();
        else
            is_over = !goes_on();
    } catch (...) {
        failure = std::current_exception();
    }
    if (is_over)
        finish(std::move(failure));
}

bool attempt_operation::goes_on()
{
    switch (what_.once()) {
    case attempt::not_yet:
        wait_for_descriptor();
        return true;
    case attempt::busy:
        pause();
        return true;
    default:
        return false;
    }
}

void attempt_operation::wait_for_descriptor()
{
    pause_ = shortest_pause;
    if (!descriptor_) { // Asio wants one of its own
        auto own = os::duplicate(what_.descriptor);
        descriptor_.reset(new asio::posix::stream_descriptor(strand_, own.get()));
        own.release();
    }
    descriptor_->async_wait(what_.is_for_reading ? descriptor_base::wait_read : descriptor_base::wait_write, again());
}

// There is no event for a lock that becomes free; who has it may be stopped, and must not stop this loop.
void attempt_operation::pause()
{
    timer_.expires_after(pause_);
    pause_ = std::min(2 * pause_, longest_pause);
    timer_.async_wait(again());
}

// The handler is called on its own executor, which alone may touch the slot. The next one has its turn before the
// handler is called here, because that may block; handlers of one strand are posted to it in the order of the turns.
void attempt_operation::finish(std::exception_ptr failure)
{
    descriptor_.reset();
    auto call = [handler = std::move(handler_), failure = std::move(failure)]() mutable {
        asio::get_associated_cancellation_slot(handler).clear();
        std::move(handler)(std::move(failure));
    };
    if (executor_ == loop_) {
        leave_line();
        return asio::dispatch(executor_, std::move(call));
    }
    asio::post(executor_, std::move(call));
    leave_line();
}

// Nothing of the operation is left then: the handler may free what it likes.
void attempt_operation::leave_line()
{
    what_.line->leave(*this);
    what_.once = nullptr;
}

} // namespace

void async_attempt(const asio::any_io_executor& executor, awaited_attempt what, attempt_handler handler)
{
    std::make_shared<attempt_operation>(executor, std::move(what), std::move(handler))->start();
}

} // namespace procpool::detail
