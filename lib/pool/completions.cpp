// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/completions.hpp>

#include "pool/pool_impl.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>
#include <unordered_set>

namespace procpool::detail {

/// Waits for one of the futures. Does not keep the consumer's object alive. One that is destroyed untold was lost on
/// its way, with a context.
class completions::entry final : public waiter {
public:
    entry(std::weak_ptr<completions> to, std::size_t number) : to_(std::move(to)), number_(number) {}
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() override { tell(true); }

    void deliver(std::shared_ptr<waiter>, bool) override { tell(false); }
    void abandon() noexcept override { tell(true); }

private:
    void tell(bool abandoned)
    {
        if (const auto to = std::exchange(to_, {}).lock())
            to->arrived(number_, abandoned);
    }

    std::weak_ptr<completions> to_;
    std::size_t number_;
};

completions::~completions()
{
    if (!mark_.is_here()) // the futures are the original's, another thread of which may have held one's mutex
        return;
    for (const auto& [number, each] : watched_)
        each.state->remove(each.by.lock());
}

// Before the mutex, which another thread of the original process may have held.
std::unique_lock<std::mutex> completions::lock() const
{
    if (!mark_.is_here())
        throw_forked_copy();
    return std::unique_lock(mutex_);
}

void completions::watch(const std::shared_ptr<completions>& self, const future_ptr& state, std::size_t number)
{
    std::shared_ptr<entry> by;
    {
        const auto locked = self->lock();
        self->know(state->pool());
        if (state->ready())
            return self->ready_.push_back(number);
        by = std::make_shared<entry>(self, number);
        self->watched_.emplace(number, watched{state, by});
    }
    state->attach(by);
}

// With the mutex held.
void completions::know(const std::weak_ptr<pool_impl>& pool)
{
    const auto is_same = [&](const auto& each) { return !each.owner_before(pool) && !pool.owner_before(each); };
    if (std::ranges::none_of(pools_, is_same))
        pools_.push_back(pool);
}

// When a context is destroyed, so is a handler that waits for something there, uninvoked.
void completions::arrived(std::size_t number, bool abandoned)
{
    if (!mark_.is_here()) // an entry is destroyed in a forked copy
        return;
    std::shared_ptr<waiter> to;
    {
        const auto locked = lock();
        watched_.erase(number);
        ready_.push_back(number);
        if (abandoned || ready_.size() >= needed_)
            to = std::exchange(waiter_, nullptr);
        arrival_.notify_all();
    }
    if (to && abandoned)
        to->abandon();
    else if (to)
        to->deliver(to, false);
}

std::size_t completions::left() const
{
    const auto locked = lock();
    return watched_.size() + ready_.size();
}

// With the mutex not held: a pool may end here, and its futures with it.
void completions::check_may_block_all(const char* caller) const
{
    auto locked = lock();
    const auto pools = pools_;
    locked.unlock();
    for (const auto& pool : pools)
        check_may_block(pool, caller);
}

bool completions::wait(std::size_t count, deadline until, const char* caller)
{
    auto locked = lock();
    const auto are_here = [&] { return ready_.size() >= count; };
    if (are_here())
        return true;
    locked.unlock();
    check_may_block_all(caller);
    locked.lock();
    if (until)
        return arrival_.wait_until(locked, *until, are_here);
    arrival_.wait(locked, are_here);
    return true;
}

std::optional<std::size_t> completions::take()
{
    const auto locked = lock();
    if (ready_.empty())
        return {};
    const auto first = ready_.front();
    ready_.pop_front();
    return first;
}

void completions::attach(std::shared_ptr<waiter> added, std::size_t count)
{
    {
        const auto locked = lock();
        if (ready_.size() < count) {
            waiter_ = std::move(added);
            needed_ = count;
            return;
        }
    }
    if (const auto alive = a_pool().lock())
        alive->expect_handlers();
    deliver_soon(a_pool(), std::move(added), false);
}

// Null unless it still waits.
std::shared_ptr<waiter> completions::take_waiter(const waiter* only)
{
    const auto locked = lock();
    return waiter_.get() == only ? std::exchange(waiter_, nullptr) : nullptr;
}

void completions::detach(const std::shared_ptr<waiter>& removed)
{
    if (auto taken = take_waiter(removed.get()))
        deliver_soon(a_pool(), std::move(taken), true);
}

void completions::detach_any()
{
    auto locked = lock();
    auto taken = std::exchange(waiter_, nullptr);
    locked.unlock();
    if (taken)
        deliver_soon(a_pool(), std::move(taken), true);
}

std::weak_ptr<pool_impl> completions::a_pool() const
{
    const auto locked = lock();
    return pools_.empty() ? std::weak_ptr<pool_impl>() : pools_.front();
}

std::shared_ptr<completions> watch_all(std::span<const future_ptr> states)
{
    auto all = std::make_shared<completions>();
    std::unordered_set<const future_state*> watched;
    for (std::size_t i = 0; i != states.size(); ++i)
        if (watched.insert(states[i].get()).second)
            completions::watch(all, states[i], i);
    return all;
}

void throw_next_timed_out()
{
    throw_error(errc::timed_out,
                "procpool: next() waited as long as it was told to and nothing has come yet: the tasks "
                "go on, call it again");
}

} // namespace procpool::detail
