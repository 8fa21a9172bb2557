// SPDX-License-Identifier: BSL-1.0
#include "worker/result_limit.hpp"

#include <procpool/detail/throw_error.hpp>

#include <limits>
#include <string>

namespace procpool {
namespace {

std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max(); // used by the thread of the worker's loop alone

} // namespace

void worker::limit_results(std::uint64_t max_bytes) noexcept
{
    most_bytes = max_bytes;
}

void worker::check_result_size(std::size_t bytes)
{
    if (bytes > most_bytes)
        detail::throw_error(errc::not_serializable, "the task's result of " + std::to_string(bytes) +
                                                        " bytes is larger than pool_options::max_result_bytes");
}

} // namespace procpool
