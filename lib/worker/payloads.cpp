// SPDX-License-Identifier: BSL-1.0
#include "worker/payloads.hpp"

#include "wire/worker_start.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <system_error>

namespace procpool::worker {

namespace {

/// What the parent shows.
class seen_region final : public detail::region {
public:
    seen_region(std::shared_ptr<const os::mapping> memory, const wire::shown_payload& where) noexcept
        : region({memory->data() + where.offset, where.size}),
          memory_(std::move(memory)),
          where_(where)
    {
    }
    const wire::shown_payload& where() const noexcept { return where_; }

private:
    std::shared_ptr<const os::mapping> memory_;
    wire::shown_payload where_;
};

wire::shown_payload take_place(std::span<const std::byte>& from)
{
    wire::shown_payload taken;
    std::memcpy(&taken, from.data(), sizeof(taken));
    from = from.subspan(sizeof(taken));
    return taken;
}

} // namespace

void refuse_descriptors(std::size_t count, const std::error_code& why)
{
    if (why == std::errc::too_many_files_open || why == std::errc::too_many_files_open_in_system)
        detail::throw_error(errc::too_many_descriptors,
                            "The task's arguments have " + std::to_string(count) +
                                " descriptors, for which the process that runs it has no room; raise "
                                "resource_limits::open_files or the limit of open files (ulimit -n), or pass fewer.");
    detail::throw_error(errc::not_serializable, "A descriptor of the task's arguments cannot be passed (" +
                                                    why.message() +
                                                    "); it must stay open until the task has its outcome.");
}

payloads::payloads(wire::control_page& page)
    : page_(page),
      sender_(wire::memory_descriptor),
      receiver_(wire::memory_descriptor, os::memory_receiver::sender::host)
{
}

received_call payloads::call_in(const wire::frame& frame)
{
    received_call call{.bytes = frame.payload};
    shown_with_task_.clear();
    if (frame.header.descriptors != 0) // first: they were sent before what is shown
        call.descriptors = take_descriptors(frame.header);
    std::vector<wire::shown_payload> attached(frame.header.attached);
    for (auto& each : attached)
        each = take_place(call.bytes);
    for (const auto& each : attached)
        call.attached.push_back(take_attached(each, call.bytes));
    if (frame.header.place == wire::payload_place::shown) {
        const auto shown = find(take_place(call.bytes)); // the receiver keeps it mapped
        call.bytes = {shown->data(), shown->size()};
    }
    return call;
}

void payloads::pass_over(const wire::frame_header& header)
{
    if (header.descriptors != 0)
        receiver_.pass_over(header.id);
}

std::vector<os::descriptor> payloads::take_descriptors(const wire::frame_header& header)
{
    try {
        auto taken = receiver_.wait_for(header.id);
        if (taken.size() == header.descriptors)
            return taken;
    } catch (const std::system_error& failure) {
        refuse_descriptors(header.descriptors, failure.code());
    }
    refuse_descriptors(header.descriptors, std::make_error_code(std::errc::too_many_files_open));
}

detail::byte_buffer payloads::take_attached(const wire::shown_payload& where, std::span<const std::byte>& in_frame)
{
    if (where.memory != 0) {
        shown_with_task_.push_back(where.memory);
        return {find(where), where.size};
    }
    detail::byte_buffer copy;
    copy.append(in_frame.data(), where.size);
    in_frame = in_frame.subspan(wire::padded(where.size));
    return copy;
}

detail::region_ptr payloads::find(const wire::shown_payload& shown)
{
    try {
        auto memory = receiver_.find(shown.place, shown.memory);
        if (!memory)
            std::exit(EXIT_FAILURE); // the parent has said that it was sent
        return new seen_region(std::move(memory), shown);
    } catch (const std::system_error&) {
        throw std::bad_alloc();
    }
}

std::optional<shown_result> payloads::show(detail::byte_buffer& answer, std::size_t offset) noexcept
{
    if (const auto* const seen = dynamic_cast<const seen_region*>(answer.shared());
        seen && std::ranges::count(shown_with_task_, seen->where().memory) != 0)
        return shown_result{seen->where(), wire::payload_place::returned};
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
    return shown_result{shown, wire::payload_place::shown};
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
