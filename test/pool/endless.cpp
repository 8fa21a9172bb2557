// SPDX-License-Identifier: BSL-1.0
// imap() over an endless range, with a consumer that is slower than the workers. PROCPOOL_ENDLESS_ELEMENTS: how many
// elements are taken, if not the usual number.
#include "support/pool_on_loop.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <ranges>
#include <unistd.h>

namespace procpool::test {
namespace {

std::size_t resident_bytes()
{
    std::ifstream in("/proc/self/statm");
    std::size_t total = 0, resident = 0;
    in >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::vector<std::size_t> resident_bytes_of_workers(pool& of)
{
    std::vector<std::size_t> all;
    for (auto& each : of.broadcast(resident_bytes))
        all.push_back(each.get());
    return all;
}

void consume_slowly()
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(5);
    while (std::chrono::steady_clock::now() < end) {
    }
}

template <class Stream>
void take(Stream& from, std::size_t first, std::size_t last)
{
    for (std::size_t i = first; i != last; ++i) {
        BOOST_TEST_REQUIRE((from.next() == i));
        consume_slowly();
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_endless, nothing_left_behind)

BOOST_AUTO_TEST_CASE(memory_does_not_grow_with_what_was_taken)
{
    if (is_sanitized)
        return skip("a sanitizer keeps memory that was freed");
    constexpr std::size_t begin = 10'000, may_grow_by = 1024 * 1024;
    const char* told = std::getenv("PROCPOOL_ENDLESS_ELEMENTS");
    const std::size_t count = told ? std::strtoull(told, nullptr, 10) : 100'000;
    procpool::pool pool({.workers = 2, .min_workers = 2});
    auto stream = pool.imap([](std::size_t x) { return x; }, std::views::iota(std::size_t{0}));
    take(stream, 0, begin);
    const auto before = resident_bytes();
    const auto workers_before = resident_bytes_of_workers(pool);
    take(stream, begin, count);
    const auto after = resident_bytes();
    const auto workers_after = resident_bytes_of_workers(pool);
    BOOST_TEST_MESSAGE("after " << begin << " elements: " << before << " bytes, after " << count << ": " << after);
    BOOST_TEST(after <= before + may_grow_by);
    BOOST_TEST_REQUIRE(workers_after.size() == workers_before.size());
    for (std::size_t i = 0; i != workers_after.size(); ++i)
        BOOST_TEST(workers_after[i] <= workers_before[i] + may_grow_by);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
