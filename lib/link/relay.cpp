// SPDX-License-Identifier: BSL-1.0
#include "link/relay.hpp"

#include "os/host_stream.hpp"

namespace procpool::link {

void relay::add(std::string_view line, bool goes_on)
{
    waiting_ += line;
    if (!goes_on)
        waiting_ += '\n';
}

void relay::write() noexcept
{
    if (waiting_.empty())
        return;
    waiting_.erase(0, os::write_to_host(stream_, waiting_).value_or(waiting_.size())); // what nobody can read is gone
}

} // namespace procpool::link
