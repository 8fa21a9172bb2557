// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace procpool::detail {

/// Who stands in a line.
class turn_taker {
public:
    turn_taker() = default;
    turn_taker(const turn_taker&) = delete;
    turn_taker& operator=(const turn_taker&) = delete;
    virtual ~turn_taker() = default;

    /// Whether the two have their turns in the order in which they came. Called under the line's lock.
    virtual bool keeps_order_with(const turn_taker& other) const noexcept = 0;
    /// Nobody is before it any more. Called from any thread, without the lock.
    virtual void take_turn() = 0;
};

/// Those in this process who wait for the same event of something that processes share. They have their turns in the
/// order in which they came, as far as they keep order with each other: so a loop that nobody runs holds up only its
/// own.
///
/// Who has the turn is owned by the loop that it runs on; the line owns the others, which are nowhere else.
class waiting_line {
public:
    /// At the end. It has the turn at once if nobody is before it.
    void join(const std::shared_ptr<turn_taker>& newcomer);
    /// Done or cancelled. If it had the turn, the next one has it.
    void leave(const turn_taker& leaving);
    /// Destroyed with its loop. If it had the turn, those behind it are destroyed too: they have the same loop.
    void drop(const turn_taker& dropped) noexcept;

private:
    struct queue_of_one_order {
        const turn_taker* first; ///< Has the turn.
        std::list<std::shared_ptr<turn_taker>> behind;
    };
    using queues = std::vector<queue_of_one_order>;

    bool stands_first(const std::shared_ptr<turn_taker>& newcomer);
    std::shared_ptr<turn_taker> next_after(const turn_taker& leaving);
    queues::iterator led_by(const turn_taker& first) noexcept;

    std::mutex mutex_;
    queues queues_;
};

} // namespace procpool::detail
