// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace procpool::worker {

/// Runs an encoded call and appends its encoded result. Throws what the function throws, and what decoding and encoding
/// do. The bytes must stay until it returns: views among the parameters show them.
void run_call(std::span<const std::byte> call, std::vector<std::byte>& result);

} // namespace procpool::worker
