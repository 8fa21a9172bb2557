// SPDX-License-Identifier: BSL-1.0
// What tests of map() and its kin map, and over what.
#pragma once

#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace procpool::test {

inline int twice(int x)
{
    return 2 * x;
}

inline int only_even(int x)
{
    if (x % 2 != 0)
        throw std::domain_error(std::to_string(x));
    return x;
}

inline int unwrap(const std::unique_ptr<int>& number)
{
    return *number;
}

inline std::vector<int> up_to(int count)
{
    std::vector<int> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

} // namespace procpool::test
