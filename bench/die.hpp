// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "burn.hpp"

#include <csignal>
#include <unistd.h>

/// Ends this process by SIGKILL at a moment of CLOCK_MONOTONIC, which is the same in all processes.
inline void die_at(std::int64_t nanoseconds)
{
    while (nanoseconds_of(CLOCK_MONOTONIC) < nanoseconds) {
    }
    ::kill(::getpid(), SIGKILL);
}
