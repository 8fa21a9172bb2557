// SPDX-License-Identifier: BSL-1.0
// The engine's part that gives back the memory of big payloads.
#include "pool/engine.hpp"

#include "pool/pool_impl.hpp"

namespace procpool::detail {
namespace {

constexpr std::chrono::seconds keep_memory{1}; // after the last big payload

} // namespace

void engine::note_big_payload() noexcept
{
    last_big_payload_ = now();
}

void engine::set_memory_timer()
{
    if (!last_big_payload_ || memory_timer_is_set_ || scheduler_.has_tasks())
        return;
    memory_timer_is_set_ = true;
    memory_timer_.expires_at(*last_big_payload_ + keep_memory);
    memory_timer_.async_wait([pool = pool_.shared_from_this(), this](boost::system::error_code error) {
        if (!error)
            pool->run([this](runner&) { on_memory_timer(); });
    });
}

// If there are tasks again, the timer is set again when these are done.
void engine::on_memory_timer()
{
    memory_timer_is_set_ = false;
    if (!scheduler_.has_tasks() && now() - *last_big_payload_ >= keep_memory) {
        last_big_payload_.reset();
        for (auto& [id, at] : seats_)
            at.link->forget_payloads();
        give_back_regions();
    }
    turn();
}

} // namespace procpool::detail
