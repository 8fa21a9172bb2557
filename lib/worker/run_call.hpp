// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>

#include <cstddef>
#include <span>

namespace procpool::worker {

/// Runs an encoded call and appends its encoded result. Throws what the function throws, and what decoding and encoding
/// do. The bytes must stay until it returns: views among the parameters show them.
void run_call(std::span<const std::byte> call, detail::byte_buffer& result);

} // namespace procpool::worker
