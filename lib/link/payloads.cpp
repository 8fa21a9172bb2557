// SPDX-License-Identifier: BSL-1.0
#include "link/payloads.hpp"

#include "os/close_elsewhere.hpp"
#include "os/descriptor_passing.hpp"
#include "wire/frame.hpp"

#include <algorithm>

namespace procpool::link {
namespace {

/// What a worker shows. With its end, the worker may use the memory again.
class shown_region final : public detail::region {
public:
    shown_region(std::shared_ptr<const os::mapping> memory, std::span<std::byte> bytes,
                 std::shared_ptr<os::mapping> page, std::size_t place) noexcept
        : region(bytes),
          memory_(std::move(memory)),
          page_(std::move(page)),
          place_(place)
    {
    }
    ~shown_region() override
    {
        auto& page = *reinterpret_cast<wire::control_page*>(page_->data());
        page.returned[place_].fetch_add(1, std::memory_order_release);
    }

private:
    std::shared_ptr<const os::mapping> memory_;
    std::shared_ptr<os::mapping> page_;
    std::size_t place_;
};

constexpr int most_in_a_turn = 64; // then the loop's other handlers have theirs

bool lies_in(const wire::shown_payload& shown, const os::mapping& memory) noexcept
{
    return shown.size >= detail::shared_from && shown.offset % wire::frame_alignment == 0 &&
           shown.offset <= memory.size() && shown.size <= memory.size() - shown.offset;
}

} // namespace

static_assert(wire::shown_places == os::places);

payloads::payloads(const boost::asio::any_io_executor& executor, os::descriptor socket,
                   std::shared_ptr<os::mapping> page, bool is_confined)
    : socket_(executor),
      sender_(socket.get()),
      receiver_(socket.get(), os::memory_receiver::sender::worker),
      page_(std::move(page)),
      is_confined_(is_confined)
{
    socket_.assign(socket.get());
    socket.release();
}

// What the worker has sent and nobody has looked for is closed with the socket.
payloads::~payloads()
{
    if (!os::has_messages(socket()))
        return;
    std::vector<os::descriptor> full;
    full.emplace_back(socket_.release());
    os::close_elsewhere(std::move(full));
}

bool payloads::take()
{
    return receiver_.take(most_in_a_turn);
}

bool payloads::is_at_end() noexcept
{
    return os::is_at_end(socket()) && !os::has_messages(socket());
}

void payloads::cancel() noexcept
{
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

std::optional<wire::shown_payload> payloads::show(std::uint16_t slot, const detail::byte_buffer& call)
{
    auto region = region_of(call);
    if (!region)
        return {};
    uses_[slot].reserve(uses_[slot].size() + 1); // now, because nothing may fail when it was shown
    const auto place = sender_.show(region->number(), region->file());
    if (!place)
        return {};
    if (is_confined_)
        region->use_once();
    any_ = true;
    const wire::shown_payload shown{.memory = region->number(), .place = *place, .size = call.size()};
    uses_[slot].push_back({std::move(region), *place});
    return shown;
}

void payloads::release(std::uint16_t slot) noexcept
{
    for (const auto& each : uses_[slot])
        sender_.leave(each.place);
    uses_[slot].clear();
}

detail::region_ptr payloads::find(const wire::shown_payload& shown)
{
    const auto memory = receiver_.find(shown.place, shown.memory);
    if (!memory || !lies_in(shown, *memory))
        return {};
    any_ = true;
    const std::span bytes(memory->data() + shown.offset, shown.size);
    return new shown_region(memory, bytes, page_, shown.place);
}

detail::region_ptr payloads::find_returned(std::uint16_t slot, const wire::shown_payload& returned) const noexcept
{
    for (const auto& each : uses_[slot])
        if (each.region->number() == returned.memory && returned.size >= detail::shared_from &&
            returned.size <= each.region->size() && returned.offset == 0)
            return each.region;
    return {};
}

void payloads::forget() noexcept
{
    sender_.forget();
    receiver_.forget();
    any_ = false;
}

} // namespace procpool::link
