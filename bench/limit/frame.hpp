// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// The yardstick: the least a process pool can do. It moves frames and nothing else: no types, no errors, no
/// supervision. What procpool costs is measured against it.
namespace limit {

/// What a worker does with a frame.
enum class function : std::uint32_t {
    no_op, ///< answers with an empty payload
    echo,  ///< answers with the payload it got
    burn,  ///< uses as many microseconds of a processor as the payload's last eight bytes say, then as no_op
    die,   ///< ends the worker at the moment that the payload's last eight bytes say, by SIGKILL
};

/// In front of every payload, both ways. As large as procpool's own header, so that both pools move the same bytes.
struct header {
    std::uint64_t size; ///< bytes of the payload that follows
    std::uint64_t task; ///< index of the callback; the answer repeats it
    function run;
    std::uint32_t unused[3];
};
static_assert(sizeof(header) == 32);

/// A whole frame as it was read. The payload is valid until the next `inbox::fill`.
struct frame {
    header head;
    std::span<const std::byte> payload;
};

/// Larger payloads are written from where they are; smaller ones are copied behind their headers, so that one write
/// takes many of them.
inline constexpr std::size_t copy_limit = 16 * 1024;

} // namespace limit
