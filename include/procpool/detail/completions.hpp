// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/future_state.hpp>

#include <condition_variable>
#include <deque>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace procpool::detail {

/// Futures that are watched for somebody, in the order in which their outcomes arrive. One consumer waits at a time, by
/// blocking or with a waiter; outcomes arrive on any thread.
class PROCPOOL_DECL completions {
public:
    completions() = default;
    /// Waits that end before any future is watched end on the executor of that pool.
    explicit completions(std::weak_ptr<pool_impl> pool) : pools_{std::move(pool)} {}
    completions(const completions&) = delete;
    completions& operator=(const completions&) = delete;
    ~completions();

    /// `self`: this object. The number is the consumer's, and none that is watched already.
    static void watch(const std::shared_ptr<completions>& self, const future_ptr& state, std::size_t number);
    /// How many were watched and not taken.
    std::size_t left() const;
    /// Blocks until so many outcomes are here that were not taken; false when the deadline passed first. Throws
    /// would_deadlock, naming the caller.
    bool wait(std::size_t count, deadline until, const char* caller);
    /// The number of the outcome that arrived first of those that were not taken; empty when none is here.
    std::optional<std::size_t> take();

    /// Calls the waiter when so many outcomes are here that were not taken; never from inside this call.
    void attach(std::shared_ptr<waiter> added, std::size_t count);
    /// Completes the waiter, if it still waits, as cancelled.
    void detach(const std::shared_ptr<waiter>& removed);
    /// The same for whatever waiter there is.
    void detach_any();
    /// A pool that has, or had, one of the futures.
    std::weak_ptr<pool_impl> a_pool() const;

private:
    class entry;
    struct watched {
        future_ptr state;
        std::weak_ptr<waiter> by; // which the state owns
    };

    void arrived(std::size_t number, bool abandoned);
    void know(const std::weak_ptr<pool_impl>& pool);
    void check_may_block_all(const char* caller) const;

    std::shared_ptr<waiter> take_waiter(const waiter* only);

    std::unique_lock<std::mutex> lock() const;

    const process_mark mark_;
    mutable std::mutex mutex_;
    std::condition_variable arrival_;
    std::unordered_map<std::size_t, watched> watched_;
    std::deque<std::size_t> ready_;
    std::vector<std::weak_ptr<pool_impl>> pools_; // each once
    std::shared_ptr<waiter> waiter_;
    std::size_t needed_ = 0; // by the waiter
};

/// Watches all, numbered by their places, from 0. A future that is listed several times has its first place only.
PROCPOOL_DECL std::shared_ptr<completions> watch_all(std::span<const future_ptr> states);

/// Throws errc::timed_out for a next() whose limit has passed.
[[noreturn]] PROCPOOL_DECL void throw_next_timed_out();

/// A handler that waits for completions. `Finish`: makes its arguments, as a tuple, from whether the wait was
/// cancelled.
template <class Handler, class Finish>
class completions_waiter final : public waiter {
public:
    completions_waiter(Handler&& handler, Finish finish, const std::weak_ptr<pool_impl>& pool)
        : handler_(std::move(handler), pool, delivered_by::any_pool), // that of the outcome that ends the wait
          finish_(std::move(finish))
    {
    }
    Handler& handler() noexcept { return handler_.get(); }

    void deliver(std::shared_ptr<waiter> self, bool cancelled) override
    {
        cancelled_ = cancelled;
        handler_.deliver(std::static_pointer_cast<completions_waiter>(std::move(self)));
    }
    void abandon() noexcept override { handler_.abandon(); }
    static void complete(std::shared_ptr<completions_waiter> self)
    {
        auto results = self->finish_(self->cancelled_);
        const auto call = [&self](auto&... result) {
            auto& handler = self->handler_;
            handler.complete([&self] { self.reset(); }, std::move(result)...);
        };
        std::apply(call, results);
    }

private:
    waiting_handler<Handler> handler_;
    Finish finish_;
    bool cancelled_ = false;
};

/// Lets a handler wait for so many outcomes; every type of cancellation ends the wait and nothing else.
template <class Handler, class Finish>
void start_waiting(const std::shared_ptr<completions>& on, std::size_t count, Handler&& handler, Finish finish)
{
    auto added = std::make_shared<completions_waiter<std::decay_t<Handler>, Finish>>(
        std::decay_t<Handler>(std::forward<Handler>(handler)), std::move(finish), on->a_pool());
    auto slot = boost::asio::get_associated_cancellation_slot(added->handler());
    if (slot.is_connected())
        slot.assign([on, weak = std::weak_ptr<waiter>(added)](boost::asio::cancellation_type type) {
            if (type != boost::asio::cancellation_type::none)
                on->detach(weak.lock());
        });
    on->attach(std::move(added), count);
}

/// What a wait that was, or was not, given up says.
inline boost::system::error_code wait_error(bool cancelled)
{
    return cancelled ? boost::asio::error::operation_aborted : boost::system::error_code();
}

} // namespace procpool::detail
