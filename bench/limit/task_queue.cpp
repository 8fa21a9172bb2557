// SPDX-License-Identifier: BSL-1.0
#include "limit/task_queue.hpp"

#include <cstring>

namespace limit {

void task_queue::push(const header& head, std::span<const std::byte> payload)
{
    bytes_.append_value(head);
    if (payload.size() > copy_limit)
        bytes_.append_value(payload);
    else
        bytes_.append(payload);
}

task_queue::run task_queue::take(std::size_t most)
{
    run taken{.begin = front_, .end = front_};
    while (!empty() && taken.tasks < most && taken.payload.empty())
        take_one(taken);
    unreleased_ += taken.tasks != 0;
    return taken;
}

// The bytes are reused when nobody refers to them any more: a burst leaves no fragments and moves nothing.
void task_queue::release()
{
    if (--unreleased_ != 0 || !empty())
        return;
    bytes_.clear();
    front_ = 0;
}

std::span<const std::byte> task_queue::frames(const run& of) const
{
    return {bytes_.data() + of.begin, of.end - of.begin};
}

void task_queue::take_one(run& into)
{
    header head;
    std::memcpy(&head, bytes_.data() + front_, sizeof head);
    front_ += sizeof head;
    if (head.size > copy_limit) {
        into.end = front_;
        std::memcpy(&into.payload, bytes_.data() + front_, sizeof into.payload);
        front_ += sizeof into.payload;
    } else {
        into.end = front_ += head.size;
    }
    ++into.tasks;
}

} // namespace limit
