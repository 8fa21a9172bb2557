// SPDX-License-Identifier: BSL-1.0
#include "link/relay.hpp"

#include "os/host_stream.hpp"

namespace procpool::link {

void relay::add(std::uint64_t worker, std::string_view line, bool goes_on)
{
    if (unfinished_ && unfinished_ != worker)
        waiting_ += '\n';
    waiting_ += line;
    unfinished_.reset();
    if (goes_on)
        unfinished_ = worker;
    else
        waiting_ += '\n';
}

void relay::write() noexcept
{
    if (waiting_.empty())
        return;
    const auto written =
        os::is_standard_stream(stream_) ? os::write_to_host(stream_, waiting_) : std::optional<std::size_t>();
    waiting_.erase(0, written.value_or(waiting_.size())); // nobody can ever read it
}

} // namespace procpool::link
