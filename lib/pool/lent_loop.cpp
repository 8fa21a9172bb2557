// SPDX-License-Identifier: BSL-1.0
#include "pool/lent_loop.hpp"

#include "os/futex.hpp"

#include <algorithm>
#include <utility>

namespace procpool::detail {
namespace {

// How long the owner waits for a guest to come back. A thread that awaits one call after another is away for
// microseconds.
constexpr auto patience = std::chrono::milliseconds(1);
// How long it waits at most for one that stays: it wakes the owner when it leaves.
constexpr auto longest_doze = std::chrono::milliseconds(100);

thread_local const loop_shift* innermost = nullptr;

/// While this thread runs a loop, maybe in a handler of another one.
class running_here {
public:
    explicit running_here(const loop_shift& shift) : outer_(std::exchange(innermost, &shift)) {}
    running_here(const running_here&) = delete;
    running_here& operator=(const running_here&) = delete;
    ~running_here() { innermost = outer_; }

private:
    const loop_shift* outer_;
};

} // namespace

void loop_shift::nudge() noexcept
{
    std::uint32_t nobody = vacant;
    if (state_.compare_exchange_strong(nobody, owned))
        os::wake_all(state_);
}

bool loop_shift::is_here() const noexcept
{
    return innermost == this;
}

void lent_loop::own()
{
    const running_here now(*shift_);
    for (;;) {
        context_.restart();
        if (state_ != wanted) // else the guest has stopped the context before it was restarted here
            context_.run();
        std::uint32_t guest_waits = wanted;
        if (state_.compare_exchange_strong(guest_waits, borrowed)) {
            os::wake_all(state_);
            wait_for_return();
        } else if (std::uint32_t nobody_waits = owned; closed_ && state_.compare_exchange_strong(nobody_waits, left)) {
            return;
        }
    }
}

// A guest that leaves for a moment does not wake the owner, which looks now and then instead. So what is posted at the
// moment when a guest leaves waits for a millisecond or two at most. The longer a guest stays, the less often is
// looked.
void lent_loop::wait_for_return()
{
    auto pause = patience;
    std::uint32_t seen_visits = visits_;
    for (std::uint32_t now = state_; now == borrowed || now == vacant; now = state_) { // else owned, or wanted again
        owner_dozes_ = pause > patience;
        os::wait_while(state_, now, std::chrono::steady_clock::now() + pause);
        const bool was_visited = seen_visits != visits_;
        seen_visits = visits_;
        std::uint32_t nobody = vacant;
        if (!was_visited)
            state_.compare_exchange_strong(nobody, owned);
        pause = was_visited ? patience : std::min(2 * pause, longest_doze);
    }
    owner_dozes_ = false;
}

void lent_loop::close()
{
    closed_ = true;
    work_.reset();
    shift_->nudge();
}

/// Gives back, also when a handler has thrown.
class lent_loop::loan {
public:
    explicit loan(lent_loop& from) noexcept : from_(from) {}
    loan(const loan&) = delete;
    loan& operator=(const loan&) = delete;
    ~loan() { from_.give_back(ends_quietly); }

    bool ends_quietly = false;

private:
    lent_loop& from_;
};

void lent_loop::borrow(const std::function<bool()>& over, deadline until, const std::function<bool()>& is_quiet)
{
    const std::unique_lock alone(guest_, std::try_to_lock);
    if (!alone || !take(until))
        return;
    loan lent(*this);
    const running_here now(*shift_);
    bool goes_on = true;
    while (goes_on && !over())
        goes_on = (until ? context_.run_one_until(*until) : context_.run_one()) != 0;
    lent.ends_quietly = is_quiet();
}

bool lent_loop::take(deadline until)
{
    ++visits_;
    for (std::uint32_t now = state_; now != left; now = state_) {
        const bool is_taken = now == vacant && state_.compare_exchange_strong(now, borrowed);
        const bool is_asked_for = now == owned && state_.compare_exchange_strong(now, wanted);
        if (is_taken || (is_asked_for && wait_for_owner(until))) {
            context_.restart();
            return true;
        }
        if (is_asked_for)
            return false;
    }
    return false;
}

bool lent_loop::wait_for_owner(deadline until)
{
    context_.stop();
    for (std::uint32_t now = wanted; state_ == wanted; now = wanted) {
        os::wait_while(state_, wanted, until);
        const bool is_late = until && *until <= std::chrono::steady_clock::now();
        if (is_late && state_.compare_exchange_strong(now, owned))
            return false;
    }
    return true;
}

void lent_loop::give_back(bool is_quiet)
{
    const bool may_stay_vacant = is_quiet && !closed_;
    state_ = may_stay_vacant ? vacant : owned;
    if (!may_stay_vacant || owner_dozes_)
        os::wake_all(state_);
}

} // namespace procpool::detail
