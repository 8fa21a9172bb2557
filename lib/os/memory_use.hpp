// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace procpool::os {

/// The most KiB that this process has had resident since its program started; 0 when the kernel does not say.
/// Async-signal-safe.
std::uint64_t peak_memory_kib() noexcept;

/// What getrusage(2) says of the same: not below what the process had that started this one. Two such figures that
/// differ tell more than one.
std::uint64_t max_rss_kib() noexcept;

} // namespace procpool::os
