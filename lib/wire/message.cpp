// SPDX-License-Identifier: BSL-1.0
#include "wire/message.hpp"

#include <procpool/codec.hpp>

namespace procpool::wire {
namespace {

template <class Message>
detail::byte_buffer to_bytes(const Message& message)
{
    detail::byte_buffer bytes;
    writer out(bytes);
    encode(out, message);
    return bytes;
}

} // namespace

detail::byte_buffer encode_message(const configuration& message)
{
    return to_bytes(message);
}

detail::byte_buffer encode_message(const module_notice& message)
{
    return to_bytes(message);
}

detail::byte_buffer encode_message(const process_settings& message)
{
    return to_bytes(message);
}

configuration decode_configuration(std::span<const std::byte> bytes)
{
    reader in(bytes);
    return decode<configuration>(in);
}

module_notice decode_module_notice(std::span<const std::byte> bytes)
{
    reader in(bytes);
    return decode<module_notice>(in);
}

process_settings decode_process_settings(std::span<const std::byte> bytes)
{
    reader in(bytes);
    return decode<process_settings>(in);
}

} // namespace procpool::wire
