// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "burn.hpp"
#include "limit/pool.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <exception>

/// What the pools are told to do.

inline constexpr std::size_t burst = 100'000; ///< Tasks that are submitted at once.

inline void no_op() {}

/// The yardsticks' calls have as many bytes as procpool's, which needs 24 to name a function.
template <std::size_t ArgumentBytes = 0>
inline constexpr std::array<std::byte, 24 + ArgumentBytes> no_op_call{};

inline std::array<std::byte, 32> call_with(std::int64_t argument)
{
    std::array<std::byte, 32> call{};
    std::memcpy(call.data() + 24, &argument, sizeof argument);
    return call;
}

inline void ignore(void*, std::span<const std::byte>) {}

template <std::size_t ArgumentBytes = 0>
void submit_no_op(limit::pool& to)
{
    to.submit(limit::function::no_op, no_op_call<ArgumentBytes>, {ignore, nullptr});
}

inline void submit_burn(limit::pool& to, std::int64_t microseconds, limit::callback done = {ignore, nullptr})
{
    to.submit(limit::function::burn, call_with(microseconds), done);
}

/// A failed task must not count as a fast one.
inline void rethrow(const std::exception_ptr& failure)
{
    if (failure)
        std::rethrow_exception(failure);
}
