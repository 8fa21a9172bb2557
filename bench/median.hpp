// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <vector>

/// The median of values, which must not be empty.
inline double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}
