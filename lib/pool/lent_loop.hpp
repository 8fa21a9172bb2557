// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/deadline.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace procpool::detail {

/// Who runs a lent_loop. Apart from it, because the last one that holds a context destroys what waits there, handlers
/// and pools with them: who only wants the loop to be run, with a mutex held perhaps, holds this. Thread-safe.
class loop_shift {
public:
    /// To be called after a post: somebody will run it.
    void nudge() noexcept;
    /// Whether it is the calling thread.
    bool is_here() const noexcept;

private:
    friend class lent_loop;
    enum state : std::uint32_t {
        owned,    // the owner runs the context
        wanted,   // a guest waits for the owner to leave
        borrowed, // a guest runs the context
        vacant,   // nobody does, until a guest comes back soon or the owner does
        left,     // nobody will any more
    };
    std::atomic<std::uint32_t> state_{owned};
};

/// The context of a pool without an event loop of its host. Its thread, the owner, runs it, but lends it to a thread
/// that waits for the pool: an answer then wakes one thread instead of two. Thread-safe.
class lent_loop {
public:
    boost::asio::io_context::executor_type executor() noexcept { return context_.get_executor(); }

    /// The owner's part: runs the context, or waits while it is lent, until close() was called and nothing is left to
    /// do.
    void own();
    /// Lets own() return.
    void close();

    /// Runs the context on the calling thread until over() is true, which is asked after each handler, the deadline has
    /// passed, or nothing is left to do. Does nothing when another thread has borrowed it, or the owner has left.
    /// `is_quiet`: whether nothing is expected to happen soon; then the owner does not return at once, because the
    /// caller may.
    void borrow(const std::function<bool()>& over, deadline until, const std::function<bool()>& is_quiet);
    const std::shared_ptr<loop_shift>& shift() const noexcept { return shift_; }

private:
    using enum loop_shift::state;
    void wait_for_return();
    class loan;
    bool take(deadline until);
    bool wait_for_owner(deadline until);
    void give_back(bool is_quiet);

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::shared_ptr<loop_shift> shift_ = std::make_shared<loop_shift>();
    std::atomic<std::uint32_t>& state_ = shift_->state_;
    std::atomic<std::uint32_t> visits_{0};
    std::atomic<bool> owner_dozes_{false};
    std::atomic<bool> closed_{false};
    std::mutex guest_;
};

} // namespace procpool::detail
