// SPDX-License-Identifier: BSL-1.0
#include "soak/mix.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace procpool::soak {
namespace {

using namespace std::chrono_literals;

struct row {
    double weight;
    deed what;
    std::uint32_t micros = 0;
    std::size_t bytes = 0;
    submit_options options{};
};

// Without a limit the task of a stopped worker would wait for ever.
constexpr auto usual_timeout = 500ms;

const std::array rows{
    row{50, deed::answer},
    row{5, deed::answer, 0, 0, {.priority = 1}},
    row{8, deed::rest, 1'000},
    row{4, deed::rest, 10'000},
    row{4, deed::spin, 200},
    row{2, deed::answer, 0, 300'000},
    row{2, deed::print},
    row{3, deed::fail},
    row{1, deed::fail, 0, 0, {.retries = 2, .retry_exceptions = true, .retry_pause = 1ms}},
    row{1, deed::crash},
    row{1, deed::crash, 0, 0, {.retries = 2, .retry_pause = 1ms}},
    row{0.5, deed::crash, 0, 0, {.retries = 9, .retry_pause = 0ms}},
    row{0.5, deed::brood},
    row{2, deed::overstay, 400'000, 0, {.timeout = 10ms}},
    row{1, deed::rest, 10'000, 0, {.deadline = 5ms}},
    row{2, deed::answer, 0, 0, {.queue_timeout = 500us}},
    row{1, deed::obey, 400'000, 0, {.soft_timeout = 5ms}},
    row{1, deed::listen, 400'000, 0, {.soft_timeout = 5ms}},
    row{1, deed::overstay, 100'000},
    row{1, deed::obey, 100'000},
    row{1, deed::listen, 100'000},
};

const row& choose(std::mt19937& random)
{
    static const auto weights = [] {
        std::array<double, rows.size()> taken{};
        std::ranges::transform(rows, taken.begin(), &row::weight);
        return taken;
    }();
    return rows.at(std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(random));
}

} // namespace

assignment mix::next()
{
    const row& kind = choose(random_);
    assignment made{.what = {.what = kind.what, .micros = kind.micros}, .options = kind.options};
    fill(made.what, kind.bytes);
    choose_end(made.options);
    made.by = std::array{way::callback, way::future, way::coroutine}.at(below(3));
    made.is_given_up = once_in(kind.micros > 1'000 ? 2 : 20);
    made.patience = std::chrono::microseconds(below(4) * below(3'000));
    return made;
}

void mix::fill(order& what, std::size_t bytes)
{
    what.load.reserve(bytes);
    std::generate_n(std::back_inserter(what.load), bytes,
                    [value = random_()]() mutable { return static_cast<std::uint8_t>(value += 7); });
}

void mix::choose_end(submit_options& options)
{
    options.timeout = options.timeout.value_or(usual_timeout);
    options.on_cancel = std::array{on_cancel::stop, on_cancel::stop, on_cancel::ask, on_cancel::abandon}.at(below(4));
    options.grace = std::array{0ms, 1ms, 10ms}.at(below(3));
    options.kill_grace = std::array{0ms, 5ms, 50ms}.at(below(3));
}

} // namespace procpool::soak
