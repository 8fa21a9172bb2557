// SPDX-License-Identifier: BSL-1.0
// A worker that writes anything to its page: a sequence of steps, some of an honest worker and parent, some not. As
// long as only honest steps touched a slot, a task is either claimed or revoked, never both; whatever was written, what
// the parent fetches from the outbox lies in the outbox, and what it reads of a crash in the record of that.
#include "wire/control_page.hpp"
#include "wire/frame.hpp"
#include "wire/outbox.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace {

using namespace procpool::wire;

class steps {
public:
    steps(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    bool empty() const noexcept { return left_ == 0; }
    template <class T>
    T next() noexcept
    {
        T value{};
        const std::size_t count = std::min(sizeof(T), left_);
        std::memcpy(&value, data_, count);
        data_ += count;
        left_ -= count;
        return value;
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

struct parent_and_worker {
    control_page page{};
    answer_stream received;
    std::uint64_t last_id = 0;
    bool claimed = false;
    bool revoked = false;
    bool honest = true;

    task_slot& slot() noexcept { return page.slots[0]; }

    void publish()
    {
        slot().publish(++last_id, 0);
        claimed = revoked = false;
        honest = true;
    }
    void claim(std::uint64_t id) { claimed |= slot().claim(id, 1) && id == last_id; }
    void revoke() { revoked |= slot().revoke(last_id); }
    void finish(std::uint64_t id)
    {
        honest &= claimed && id == last_id; // an honest worker ends the run of what it has claimed
        slot().finish(id);
    }
    void check()
    {
        if (!honest)
            return;
        if (claimed && revoked)
            std::abort();
        if (claimed && !slot().may_have_run(last_id))
            std::abort();
        if (revoked && slot().may_have_run(last_id))
            std::abort();
    }
    void collect()
    {
        const auto bytes = received.collect(page.answers);
        if (bytes.size() > outbox_size)
            std::abort();
        if (bytes.empty()) // a reader costs more than all other steps
            return;
        frame_reader frames(1 << 16);
        const auto room = frames.prepare();
        std::copy(bytes.begin(), bytes.end(), room.begin());
        frames.commit(bytes.size());
        while (frames.next()) {
        }
    }
    void scribble_into_crash(steps& from)
    {
        auto* const bytes = reinterpret_cast<std::byte*>(&page.crash);
        bytes[from.next<std::uint16_t>() % sizeof(crash_record)] = from.next<std::byte>();
    }
    void read_crash()
    {
        const auto said = read(page.crash);
        if (said && said->stack.size() > crash_record::most_frames)
            std::abort();
    }
};

void take_step(parent_and_worker& world, steps& from)
{
    const auto kind = from.next<std::uint8_t>() % 12;
    switch (kind) {
    case 0:
        return world.publish();
    case 1:
        return world.claim(world.last_id);
    case 2:
        return world.claim(from.next<std::uint8_t>());
    case 3:
        return world.revoke();
    case 4:
        return world.finish(world.last_id);
    case 5:
        return world.finish(from.next<std::uint8_t>());
    case 6:
        world.honest = false;
        return world.slot().word.store(from.next<std::uint64_t>());
    case 7:
        return world.page.answers.begin.store(from.next<std::uint64_t>());
    case 8:
        return world.page.answers.end.store(from.next<std::uint64_t>());
    case 9:
        return world.collect();
    case 10:
        return world.scribble_into_crash(from);
    default:
        return world.read_crash();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // Made in place: AddressSanitizer would map and unmap the page's memory for each input.
    static std::optional<parent_and_worker> world;
    world.emplace().publish();
    for (steps from(data, size); !from.empty(); world->check())
        take_step(*world, from);
    return 0;
}
