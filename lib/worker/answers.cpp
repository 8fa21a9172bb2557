// SPDX-License-Identifier: BSL-1.0
#include "worker/answers.hpp"

#include "os/pipe.hpp"
#include "os/this_process.hpp"

#include <cstring>

namespace procpool::worker {

void answers::add(const wire::frame_header& header, detail::byte_buffer& frame)
{
    std::memcpy(frame.data(), &header, sizeof(header));
    frame.align(wire::frame_alignment);
    if (outbox_.add(frame))
        return;
    flush();
    if (outbox_.add(frame))
        return;
    write(frame);
    outbox_.sent_directly(frame.size());
}

void answers::add_part(const wire::frame_header& header, detail::byte_buffer& frame, std::size_t count)
{
    std::memcpy(frame.data(), &header, sizeof(header));
    flush();
    write(std::span(frame).first(count));
    outbox_.sent_directly(count);
}

void answers::flush()
{
    if (outbox_.unsent().empty())
        return;
    write(outbox_.unsent());
    outbox_.sent();
}

void answers::write(std::span<const std::byte> bytes)
{
    ++writes_;
    if (!os::write_all(descriptor_, bytes))
        os::exit_now(0); // the parent is gone
}

} // namespace procpool::worker
