// SPDX-License-Identifier: BSL-1.0
#include "worker/payloads.hpp"

#include "wire/worker_start.hpp"

#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>

namespace procpool::worker {

payloads::payloads(wire::control_page& page) noexcept
    : page_(page),
      sender_(wire::memory_descriptor),
      receiver_(wire::memory_descriptor)
{
}

std::span<const std::byte> payloads::call_in(const wire::frame& frame)
{
    if (!frame.header.shown)
        return frame.payload;
    wire::shown_payload shown;
    std::memcpy(&shown, frame.payload.data(), sizeof(shown));
    try {
        const auto memory = receiver_.find(shown.place, shown.memory);
        if (!memory)
            std::exit(EXIT_FAILURE); // the parent has said that it was sent
        return {memory->data() + shown.offset, shown.size};
    } catch (const std::system_error&) {
        throw std::bad_alloc();
    }
}

std::optional<wire::shown_payload> payloads::show(detail::byte_buffer& answer, std::size_t offset) noexcept
{
    take_returned();
    auto region = region_of(answer);
    const auto place = region ? sender_.show(region->number(), region->file()) : std::nullopt;
    if (!place)
        return {};
    const wire::shown_payload shown{
        .memory = region->number(), .place = *place, .offset = offset, .size = answer.size() - offset};
    loans_[*place].region = std::move(region);
    ++loans_[*place].returns;
    answer = {};
    return shown;
}

void payloads::take_returned() noexcept
{
    for (std::size_t place = 0; place != loans_.size(); ++place)
        if (auto& each = loans_[place];
            each.region && page_.returned[place].load(std::memory_order_acquire) == each.returns) {
            each.region = nullptr;
            sender_.leave(place);
        }
}

void payloads::forget() noexcept
{
    take_returned();
    sender_.forget();
    receiver_.forget();
    give_back_regions();
}

} // namespace procpool::worker
