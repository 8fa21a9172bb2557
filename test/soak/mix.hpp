// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "soak/order.hpp"

#include <procpool/options.hpp>

#include <chrono>
#include <random>

namespace procpool::soak {

/// How a task is submitted.
enum class way { callback, future, coroutine };

/// A task with all that is decided about it.
struct assignment {
    order what;
    submit_options options;
    way by{};
    bool is_given_up = false;             ///< Its caller cancels it
    std::chrono::microseconds patience{}; ///< so long after its submission.
};

/// The load: tasks of all kinds in a random order that depends on the seed alone.
class mix {
public:
    explicit mix(std::uint32_t seed) : random_(seed) {}

    assignment next();
    /// True once in so many times.
    bool once_in(unsigned times) { return below(times) == 0; }
    /// From 0 to n - 1.
    unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }

private:
    void fill(order& what, std::size_t bytes);
    void choose_end(submit_options& options);

    std::mt19937 random_;
};

} // namespace procpool::soak
