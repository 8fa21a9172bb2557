// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "median.hpp"

#include <chrono>

/// Times every iteration by itself: unlike the mean, the median does not notice the few that something else disturbed.
class laps {
public:
    void begin() { begin_ = clock::now(); }
    void end() { seconds_.push_back(std::chrono::duration<double>(clock::now() - begin_).count()); }
    double median_seconds() const { return median(seconds_); }

private:
    using clock = std::chrono::steady_clock;

    clock::time_point begin_;
    std::vector<double> seconds_;
};
