// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>

/// How a figure is shown, and which way is good.
struct unit {
    const char* name;
    double scale; ///< What the benchmark's counter is multiplied by.
    bool more_is_better;
};

/// One line of the table: the same work by procpool and by the yardstick.
struct row {
    const char* work;
    const char* procpool;  ///< A benchmark.
    const char* yardstick; ///< Another one.
    unit shown_in;
    std::optional<double> mark = std::nullopt; ///< The worst ratio that is good enough.
};

/// What says whether the yardstick itself is any good, since a slow one flatters: an epoll pool that was written for
/// nothing but speed, measured on a quiet virtual machine with two cores of 2 GHz.
struct reference {
    const char* work;
    const char* yardstick;
    unit shown_in;
    double figure; ///< In that unit.
};

std::span<const row> rows();
std::span<const reference> references();
