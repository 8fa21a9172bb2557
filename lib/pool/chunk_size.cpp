// SPDX-License-Identifier: BSL-1.0
#include "pool/chunk_size.hpp"

#include <algorithm>

namespace procpool::detail {
namespace {

double moved(double average, double to)
{
    return average == 0 ? to : average + (to - average) / 4;
}

} // namespace

// At most twice as many as there were: what is measured in one is a guess for a thousand.
void chunk_size::ran(std::size_t elements, std::chrono::nanoseconds time, std::size_t answer_bytes) noexcept
{
    const auto count = static_cast<double>(std::max<std::size_t>(elements, 1));
    time_ = moved(time_, std::max(1.0, static_cast<double>(time.count()) / count));
    bytes_ = moved(bytes_, std::max(1.0, static_cast<double>(answer_bytes) / count));
    const double fit = std::min(static_cast<double>(aim.count()) / time_, static_cast<double>(most_bytes) / bytes_);
    const std::size_t grown = std::min(most, 2 * std::max(elements, next_ / 2));
    next_ = std::clamp<std::size_t>(static_cast<std::size_t>(std::min(fit, double{most})), 1, grown);
}

} // namespace procpool::detail
