// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/completion.hpp>
#include <procpool/detail/deadline.hpp>
#include <procpool/detail/process_mark.hpp>

#include <boost/asio/error.hpp>

#include <cstdint>
#include <mutex>

namespace procpool::detail {

class future_state;
using future_ptr = boost::intrusive_ptr<future_state>;

/// A handler that waits for a future.
class waiter {
public:
    virtual ~waiter() = default;
    /// Sends the handler's completion to its executor. `cancelled`: the wait was given up, not the task.
    virtual void deliver(std::shared_ptr<waiter> self, bool cancelled) = 0;
    virtual void abandon() noexcept = 0;
};

/// A task whose outcome is kept until a future asks for it.
class PROCPOOL_DECL future_state final : public operation {
public:
    future_state(call&& made, const task_options& options, std::weak_ptr<pool_impl> pool);
    ~future_state() override;

    void deliver(operation_ptr self) override;
    void abandon() noexcept override;

    const std::weak_ptr<pool_impl>& pool() const noexcept { return pool_; }
    bool ready() const noexcept;
    /// Blocks until the outcome is here; false when the deadline passed first. Throws would_deadlock, naming the
    /// caller, and forked_copy.
    bool wait(deadline until, const char* caller);
    /// Of an outcome that is here: whether it is no result, and what was thrown, a new object each time if it can be.
    bool failed() const noexcept { return outcome_.is_exception || outcome_.error; }
    std::exception_ptr failure() const { return outcome_.failure(); }
    /// Whether the outcome is here and is a cancellation.
    bool was_cancelled() const;
    /// The outcome; once, when ready.
    outcome take();
    /// Calls the waiter when the outcome is here; never from inside this call. Throws forked_copy.
    void attach(std::shared_ptr<waiter> added);
    /// Completes a waiter that is still attached as cancelled.
    void detach(const std::shared_ptr<waiter>& removed);
    /// Forgets a waiter. False when it was not attached any more: it was, or will be, called.
    bool remove(const std::shared_ptr<waiter>& removed);

private:
    bool settled() override;
    std::vector<std::shared_ptr<waiter>> take_waiters();
    void wake_who_runs_the_loop();
    void run_loop(deadline until);

    std::weak_ptr<pool_impl> pool_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<waiter>> waiters_;
    std::atomic<std::uint32_t> state_;
    const process_mark mark_;
};

/// Calls a waiter later, on the executor of a pool, or on the system's if it is gone.
PROCPOOL_DECL void deliver_soon(const std::weak_ptr<pool_impl>& pool, std::shared_ptr<waiter> to, bool cancelled);

/// Submits a call once for each worker of the pool that takes tasks, or will when it has started.
PROCPOOL_DECL std::vector<future_ptr> broadcast(const std::shared_ptr<pool_impl>& pool, const call& made);

/// Throws errc::forked_copy: a pool, or what it gave, was used in a process that was forked since.
[[noreturn]] PROCPOOL_DECL void throw_forked_copy();

/// Throws errc::timed_out for a get() whose limit has passed.
[[noreturn]] PROCPOOL_DECL void throw_get_timed_out();

/// Waits for readiness alone.
template <class Handler>
class ready_waiter final : public waiter {
public:
    ready_waiter(Handler&& handler, const std::weak_ptr<pool_impl>& pool) : handler_(std::move(handler), pool) {}
    Handler& handler() noexcept { return handler_.get(); }

    void deliver(std::shared_ptr<waiter> self, bool cancelled) override
    {
        if (cancelled)
            error_ = boost::asio::error::operation_aborted;
        handler_.deliver(std::static_pointer_cast<ready_waiter>(std::move(self)));
    }
    void abandon() noexcept override { handler_.abandon(); }
    static void complete(std::shared_ptr<ready_waiter> self)
    {
        auto& handler = self->handler_;
        const auto error = self->error_;
        handler.complete([&self] { self.reset(); }, error);
    }

private:
    waiting_handler<Handler> handler_;
    boost::system::error_code error_;
};

/// Waits for the outcome and takes it.
template <class R, class Handler>
class taking_waiter final : public waiter {
public:
    taking_waiter(Handler&& handler, future_ptr state)
        : handler_(std::move(handler), state->pool()),
          state_(std::move(state))
    {
    }
    Handler& handler() noexcept { return handler_.get(); }

    void deliver(std::shared_ptr<waiter> self, bool) override
    {
        handler_.deliver(std::static_pointer_cast<taking_waiter>(std::move(self)));
    }
    void abandon() noexcept override { handler_.abandon(); }
    static void complete(std::shared_ptr<taking_waiter> self)
    {
        outcome result = self->state_->take();
        self->state_.reset();
        complete_with<R>(self->handler_, result, [&self] { self.reset(); });
    }

private:
    waiting_handler<Handler> handler_;
    future_ptr state_;
};

/// Waits and takes. With the state, not the future, inside: a deferred operation may outlive that.
template <class R>
struct initiate_take {
    future_ptr state;

    using awaited_by_value = void;
    using executor_type = boost::asio::any_io_executor;
    executor_type get_executor() const { return executor_of(state->pool()); }

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        auto added = std::make_shared<taking_waiter<R, std::decay_t<Handler>>>(
            std::decay_t<Handler>(std::forward<Handler>(handler)), state);
        connect_cancellation(added->handler(), state->pool(), state);
        state->attach(std::move(added));
    }
};

/// Waits only.
struct initiate_ready {
    future_ptr state;

    using awaited_by_value = void;
    using executor_type = boost::asio::any_io_executor;
    executor_type get_executor() const { return executor_of(state->pool()); }

    template <class Handler>
    void operator()(Handler&& handler) const
    {
        auto added = std::make_shared<ready_waiter<std::decay_t<Handler>>>(
            std::decay_t<Handler>(std::forward<Handler>(handler)), state->pool());
        auto slot = boost::asio::get_associated_cancellation_slot(added->handler());
        if (slot.is_connected())
            slot.assign([state = state, weak = std::weak_ptr<waiter>(added)](boost::asio::cancellation_type type) {
                if (type != boost::asio::cancellation_type::none)
                    state->detach(weak.lock());
            });
        state->attach(std::move(added));
    }
};

} // namespace procpool::detail
