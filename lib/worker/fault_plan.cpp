// SPDX-License-Identifier: BSL-1.0
#include "worker/fault_plan.hpp"

#include "os/pipe.hpp"
#include "wire/frame.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <thread>

namespace procpool::worker {

void fault_plan::suffer(const fault* due)
{
    if (!due)
        return;
    if (due->at == fault_point::delay_answer)
        std::this_thread::sleep_for(due->delay);
    else
        std::raise(SIGKILL);
}

std::ptrdiff_t fault_plan::read(int fd, std::span<std::byte> into)
{
    if (faults_.empty() || !faults_.concern(fault_point::in_task_frame))
        return os::read_some(fd, into);
    if (left_of_frame_ == 0)
        return read_header(fd, into);
    const auto count = os::read_some(fd, into.first(std::min(into.size(), left_of_frame_)));
    left_of_frame_ -= static_cast<std::size_t>(std::max<std::ptrdiff_t>(count, 0));
    return count;
}

std::ptrdiff_t fault_plan::read_header(int fd, std::span<std::byte> into)
{
    wire::frame_header header;
    const auto room = into.first(sizeof(header));
    for (std::size_t have = 0; have != room.size();) {
        const auto count = os::read_some(fd, room.subspan(have));
        if (count <= 0)
            return count;
        have += static_cast<std::size_t>(count);
    }
    std::memcpy(&header, room.data(), sizeof(header));
    left_of_frame_ = wire::padded(header.size);
    if (header.kind == wire::frame_kind::task)
        reach(fault_point::in_task_frame);
    return static_cast<std::ptrdiff_t>(sizeof(header));
}

} // namespace procpool::worker
