// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace procpool::worker {

/// From now on results in this process may have so many bytes. Before it is called there is no limit.
void limit_results(std::uint64_t max_bytes) noexcept;

/// Throws errc::not_serializable for a result of more bytes.
void check_result_size(std::size_t bytes);

} // namespace procpool::worker
