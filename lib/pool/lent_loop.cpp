// SPDX-License-Identifier: BSL-1.0
#include "pool/lent_loop.hpp"

#include "os/futex.hpp"

#include <utility>

namespace procpool::detail {
namespace {

// How long the owner waits for a guest to come back. A thread that awaits one call after another is away for
// microseconds.
constexpr auto patience = std::chrono::milliseconds(1);

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
        } else if (closed_) {
            return;
        }
    }
}

// A guest that leaves for a moment does not wake the owner, which looks now and then instead. So what is posted at the
// moment when a guest leaves waits for a millisecond or two at most.
void lent_loop::wait_for_return()
{
    std::uint32_t seen_visits = visits_;
    for (std::uint32_t now = state_; now == borrowed || now == vacant; now = state_) { // else owned, or wanted again
        os::wait_while(state_, now, std::chrono::steady_clock::now() + patience);
        const bool was_visited = seen_visits != visits_;
        seen_visits = visits_;
        std::uint32_t nobody = vacant;
        if (!was_visited)
            state_.compare_exchange_strong(nobody, owned);
    }
}

void lent_loop::close()
{
    closed_ = true;
    work_.reset();
    shift_->nudge();
}

void lent_loop::borrow(const std::function<bool()>& over, deadline until, const std::function<bool()>& is_quiet)
{
    const std::unique_lock alone(guest_, std::try_to_lock);
    if (!alone)
        return;
    take();
    const running_here now(*shift_);
    bool goes_on = true;
    while (goes_on && !over())
        goes_on = (until ? context_.run_one_until(*until) : context_.run_one()) != 0;
    give_back(is_quiet());
}

void lent_loop::take()
{
    ++visits_;
    std::uint32_t nobody = vacant;
    if (!state_.compare_exchange_strong(nobody, borrowed)) {
        state_ = wanted;
        context_.stop();
        while (state_ == wanted)
            os::wait_while(state_, wanted, {});
    }
    context_.restart();
}

void lent_loop::give_back(bool is_quiet)
{
    const bool may_stay_vacant = is_quiet && !closed_;
    state_ = may_stay_vacant ? vacant : owned;
    if (!may_stay_vacant)
        os::wake_all(state_);
}

} // namespace procpool::detail
