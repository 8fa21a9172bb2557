// SPDX-License-Identifier: BSL-1.0
#include "process/start_message.hpp"

#include "link/descriptor_sender.hpp"
#include "link/module_table.hpp"
#include "os/shared_memory.hpp"
#include "os/system_error.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

namespace procpool::detail {
namespace {

constexpr std::chrono::seconds longest_wait{1};
constexpr auto most_tries = longest_wait / link::descriptors_pause;

} // namespace

start_message::start_message(const wire::process_settings& settings, const call& made, int socket)
    : socket_(socket),
      is_confined_(settings.sandbox != sandbox_options()),
      sender_(socket)
{
    add(wire::frame_kind::process, wire::encode_message(settings));
    for (std::uint32_t number = 0; number != made.modules; ++number)
        add(wire::frame_kind::module, wire::encode_message(link::notice_of(number)));
    add_call(made);
}

os::descriptor start_message::file() const
{
    os::descriptor file = os::make_memory_file("procpool start", frames_.size());
    const os::mapping bytes(file.get(), frames_.size());
    std::memcpy(bytes.data(), frames_.data(), frames_.size());
    return file;
}

void start_message::add(wire::frame_kind kind, std::span<const std::byte> payload)
{
    wire::append_frame(frames_, kind, payload);
}

std::uint8_t start_message::send_descriptors(const call& made) const
{
    if (!made.descriptors)
        return 0;
    for (auto tries = most_tries; !os::send_with_task(socket_, wire::frame_header().id, *made.descriptors); --tries) {
        if (errno != ETOOMANYREFS || tries == 0)
            os::throw_last_error("cannot send the descriptors of its arguments");
        std::this_thread::sleep_for(link::descriptors_pause);
    }
    return static_cast<std::uint8_t>(made.descriptors->size());
}

// Where the attached buffers are; then those that could not be shown; then the call.
void start_message::add_call(const call& made)
{
    const auto descriptors = send_descriptors(made); // before anything is shown
    byte_buffer payload;
    byte_buffer copied;
    for (const auto& each : made.attached) {
        const auto where = place_of(each);
        payload.append(&where, sizeof(where));
        if (where.memory == 0) {
            copied.append(each.data(), each.size());
            copied.align(wire::frame_alignment);
        }
    }
    payload.append(copied.data(), copied.size());
    const auto where = place_of(made.bytes);
    const bool is_shown = where.memory != 0;
    if (is_shown)
        payload.append(&where, sizeof(where));
    else
        payload.append(made.bytes.data(), made.bytes.size());
    auto& header = wire::append_frame(frames_, wire::frame_kind::call, payload);
    header.place = is_shown ? wire::payload_place::shown : wire::payload_place::in_frame;
    header.attached = static_cast<std::uint8_t>(made.attached.size());
    header.descriptors = descriptors;
}

wire::shown_payload start_message::place_of(const byte_buffer& bytes)
{
    wire::shown_payload where{.size = bytes.size()};
    if (bytes.size() < shared_from)
        return where;
    auto region = region_of(bytes);
    const auto place = region ? sender_.show(region->number(), region->file()) : std::nullopt;
    if (!place)
        return where;
    if (is_confined_)
        region->use_once();
    where.memory = region->number();
    where.place = *place;
    shown_.push_back(std::move(region));
    return where;
}

} // namespace procpool::detail
