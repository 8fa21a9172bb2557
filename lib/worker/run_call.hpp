// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "worker/payloads.hpp"

#include <procpool/detail/byte_buffer.hpp>

#include <optional>

namespace procpool::worker {

/// Runs an encoded call and appends its encoded result; or returns it, if it is a buffer. Throws what the function
/// throws, and what decoding and encoding do. The bytes must stay until it returns: views among the parameters show
/// them.
std::optional<detail::byte_buffer> run_call(received_call call, detail::byte_buffer& result);

} // namespace procpool::worker
