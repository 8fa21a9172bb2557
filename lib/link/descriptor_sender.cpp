// SPDX-License-Identifier: BSL-1.0
#include "link/descriptor_sender.hpp"

#include "os/descriptor_passing.hpp"
#include "os/memory_passing.hpp"

#include <cerrno>

namespace procpool::link {
bool descriptor_sender::send(std::uint64_t id, attached_ptr all)
{
    waiting_.push_back({id, std::move(all)});
    return send_waiting();
}

bool descriptor_sender::send_waiting()
{
    while (!waiting_.empty() && send_or_tell(waiting_.front()))
        waiting_.pop_front();
    return waiting_.empty();
}

void descriptor_sender::take_back(std::uint64_t id) noexcept
{
    for (auto& each : waiting_)
        if (each.id == id)
            each.all.reset();
}

// False: later. A worker that has ended needs to be told nothing.
bool descriptor_sender::send_or_tell(const waiting& next) const
{
    if (next.all && os::send_with_task(socket_, next.id, *next.all))
        return true;
    const int why = next.all ? errno : ECANCELED;
    return !os::is_passing(why) && (os::tell_not_sent(socket_, next.id, why) || !os::is_passing(errno));
}

} // namespace procpool::link
