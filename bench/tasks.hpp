// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "limit/pool.hpp"

#include <array>
#include <cstddef>
#include <exception>

/// Tasks that do nothing, for both pools.

inline constexpr std::size_t burst = 100'000; ///< Tasks that are submitted at once.

inline void no_op() {}

/// The yardstick's call has as many bytes as procpool's, which needs 24 to name a function.
template <std::size_t ArgumentBytes = 0>
void submit_no_op(limit::pool& to)
{
    static constexpr std::array<std::byte, 24 + ArgumentBytes> call{};
    to.submit(limit::function::no_op, call, {[](void*, std::span<const std::byte>) {}, nullptr});
}

/// A failed task must not count as a fast one.
inline void rethrow(const std::exception_ptr& failure)
{
    if (failure)
        std::rethrow_exception(failure);
}
