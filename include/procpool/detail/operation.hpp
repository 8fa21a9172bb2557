// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/built_with.hpp>
#include <procpool/detail/call.hpp>
#include <procpool/detail/node_memory.hpp>
#include <procpool/detail/task_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace procpool::detail {

class operation_list;
class pool_impl;
struct scheduled_operation;

/// What became of a task: the bytes of its result or of its exception, or an error of the pool's own.
struct outcome {
    byte_buffer bytes{};
    std::exception_ptr error{};
    bool is_exception = false; ///< The bytes are those of an exception.

    /// Null for a result. Makes the exception anew at each call, so that every caller has an object of its own.
    std::exception_ptr failure() const { return is_exception || error ? make_failure() : nullptr; }
    /// The same for who alone gets it: nothing of it stays here, to be released on another thread.
    std::exception_ptr take_failure() { return error ? std::exchange(error, nullptr) : failure(); }

private:
    PROCPOOL_DECL std::exception_ptr make_failure() const;
};

/// There is no memory for what the task and its worker exchange.
PROCPOOL_DECL outcome no_memory() noexcept;

class operation;
using operation_ptr = boost::intrusive_ptr<operation>;

/// One submitted task, from submission to outcome: its encoded call, its place in the scheduler, and what is to be done
/// with the outcome. Shared by the pool, a future and a cancellation slot; intrusively, because there may be millions.
/// Made with one reference: `intrusive_ptr(new ..., false)`.
class PROCPOOL_DECL operation {
public:
    operation(call&& made, const task_options& options);
    virtual ~operation();
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;

    static void* operator new(std::size_t size) { return take_node(size); }
    static void operator delete(void* memory, std::size_t size) noexcept { give_node(memory, size); }
    // For a handler that is aligned more than others.
    static void* operator new(std::size_t size, std::align_val_t alignment) { return ::operator new(size, alignment); }
    static void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept
    {
        ::operator delete(memory, alignment);
    }

    /// The task ends without an answer. settle() follows at the end of the engine's turn.
    void fail(outcome why) noexcept { outcome_ = std::move(why); }
    /// The outcome is here. Called once, inside the pool's engine. True: deliver() must follow.
    bool settle() { return settled(); }
    bool settle(outcome result)
    {
        outcome_ = std::move(result);
        return settled();
    }
    /// The same for what a worker sent. The answer takes the place of the call in memory. `shown`: what it lies in, if
    /// that can be kept.
    bool settle(std::span<const std::byte> answer, bool is_exception, region_ptr shown)
    {
        outcome_.is_exception = is_exception;
        try {
            if (shown)
                outcome_.bytes = byte_buffer(std::move(shown), answer.size());
            else
                outcome_.bytes.assign(answer.data(), answer.size());
        } catch (const std::bad_alloc&) {
            outcome_ = no_memory();
        }
        return settled();
    }
    /// Calls the handlers that wait for the outcome, each by its own executor. Called on the pool's executor. `self`: a
    /// reference that is given away with that.
    virtual void deliver(operation_ptr self) = 0;
    /// The context goes away: destroys the handlers uninvoked, as Asio does.
    virtual void abandon() noexcept = 0;

    /// Whether a worker has the task: it runs there, or is next in line.
    bool is_with_worker() const noexcept { return with_worker_.load(std::memory_order_relaxed); }
    void set_with_worker(bool is) noexcept { with_worker_.store(is, std::memory_order_relaxed); }

private:
    // First, because the processor is told to fetch a task and what is behind it. A scheduled_operation, whose type is
    // none of a user's business.
    alignas(8) std::byte scheduled_[104];

protected:
    /// See settle().
    virtual bool settled() = 0;

    /// Until the task is settled, its bytes are those of the call. Small members fill its padding: there may be
    /// millions of operations.
    [[no_unique_address]] outcome outcome_;

private:
    friend class operation_list;
    friend struct scheduled_operation;
    friend void intrusive_ptr_add_ref(operation* op) noexcept
    {
        op->references_.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(operation* op) noexcept
    {
        const bool is_last = op->references_.load(std::memory_order_acquire) == 1; // then nobody else can add one
        if (is_last || op->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete op;
    }

    std::atomic<bool> with_worker_{false};
    std::uint16_t modules_; // that the worker must know
    std::atomic<std::uint32_t> references_{1};
    operation* next_ = nullptr; // in an operation_list
};

/// What a submission does when the queue is full.
enum class full_queue {
    wait_in_line, ///< If options say to wait.
    block_caller, ///< Likewise.
    always_wait,  ///< In line, whatever options say: for who submits no more than the next few at a time.
};

/// Gives a task to the pool. Never completes it before it returns. Throws forked_copy; would_deadlock (block_caller).
PROCPOOL_DECL void submit(const std::shared_ptr<pool_impl>& pool, operation_ptr op, full_queue if_full);
/// Cancels a task: its caller gets operation_aborted through the executor. Returns true when the task had not started
/// and is revoked now. `if_running`: also when it runs; then its options say what becomes of it.
PROCPOOL_DECL bool cancel(const std::weak_ptr<pool_impl>& pool, operation_ptr op, bool if_running);
/// The executor of the pool, which is alive.
PROCPOOL_DECL boost::asio::any_io_executor executor_of(const std::shared_ptr<pool_impl>& pool);
/// The executor of handlers that have none of their own; the system executor when the pool's context is gone.
PROCPOOL_DECL boost::asio::any_io_executor executor_of(const std::weak_ptr<pool_impl>& pool);
/// Throws would_deadlock when the calling thread must run the pool's loop for `what` to return.
PROCPOOL_DECL void check_may_block(const std::weak_ptr<pool_impl>& pool, const char* what);

} // namespace procpool::detail
