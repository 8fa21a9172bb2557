// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/stream_state.hpp>

#include <atomic>
#include <vector>

namespace procpool::detail {

/// Takes all of a stream's results for a handler, on its executor.
template <class R, class Handler>
class collecting_waiter final : public waiter {
public:
    collecting_waiter(Handler&& handler, const std::shared_ptr<pool_impl>& pool) : handler_(std::move(handler), pool) {}

    /// Reads the first of the input.
    static void start(const std::shared_ptr<collecting_waiter>& self, const std::shared_ptr<pool_impl>& pool,
                      stream_setup setup)
    {
        self->stream_ = make_stream(pool, std::move(setup));
        auto slot = boost::asio::get_associated_cancellation_slot(self->handler_.get());
        if (slot.is_connected())
            slot.assign([weak = std::weak_ptr(self), on = self->stream_->arrivals()](auto type) {
                const auto alive = weak.lock();
                if (!alive || type == boost::asio::cancellation_type::none)
                    return;
                alive->cancelled_ = true;
                if (alive->is_taking_) // the input itself cancels it
                    on->detach(alive);
                else
                    alive->stream_->cancel();
            });
        go_on(self);
    }

    void deliver(std::shared_ptr<waiter> self, bool) override
    {
        handler_.deliver(std::static_pointer_cast<collecting_waiter>(std::move(self)));
    }
    void abandon() noexcept override
    {
        handler_.abandon();
        stream_.reset();
    }
    static void complete(std::shared_ptr<collecting_waiter> self)
    {
        std::exception_ptr failure;
        try {
            if (!self->take_some())
                return go_on(self);
        } catch (...) {
            failure = std::current_exception();
            self->results_.clear();
        }
        self->stream_->cancel();
        auto results = std::move(self->results_);
        auto& handler = self->handler_;
        handler.complete([&self] { self.reset(); }, std::move(failure), std::move(results));
    }

private:
    // A cancellation that comes between two waits is seen by the next one.
    static void go_on(const std::shared_ptr<collecting_waiter>& self)
    {
        const auto on = self->stream_->arrivals();
        on->attach(self, self->stream_->needed());
        if (self->cancelled_)
            on->detach(self);
    }
    // Whether these are all.
    bool take_some()
    {
        if (cancelled_)
            throw_stream_cancelled();
        is_taking_ = true;
        while (auto element = stream_->next_now())
            results_.push_back(read_element<R>(*std::move(element)));
        is_taking_ = false;
        return stream_->at_end();
    }

    waiting_handler<Handler> handler_;
    std::shared_ptr<stream_state> stream_;
    std::vector<R> results_;
    std::atomic<bool> cancelled_ = false;
    bool is_taking_ = false; // and reads the input
};

template <class R>
struct initiate_map {
    std::shared_ptr<pool_impl> pool;

    using awaited_by_value = void;
    using executor_type = boost::asio::any_io_executor;
    executor_type get_executor() const { return executor_of(pool); }

    template <class Handler>
    void operator()(Handler&& handler, stream_setup setup) const
    {
        using waiter_type = collecting_waiter<R, std::decay_t<Handler>>;
        waiter_type::start(std::make_shared<waiter_type>(std::decay_t<Handler>(std::forward<Handler>(handler)), pool),
                           pool, std::move(setup));
    }
};

} // namespace procpool::detail
