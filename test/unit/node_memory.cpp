// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/node_memory.hpp>

#include "support/skip.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

namespace procpool::detail {
namespace {

constexpr std::size_t odd_size = 475; // nobody else here has nodes of that size
constexpr std::size_t many = 1000;

std::vector<void*> take(std::size_t count)
{
    std::vector<void*> taken(count);
    for (void*& each : taken)
        each = take_node(odd_size);
    return taken;
}

void give(const std::vector<void*>& nodes)
{
    for (void* each : nodes)
        give_node(each, odd_size);
}

template <class Body>
void on_a_thread(Body body)
{
    std::thread(body).join();
}

} // namespace

BOOST_AUTO_TEST_SUITE(unit_node_memory)

BOOST_AUTO_TEST_CASE(nodes_are_distinct_and_aligned)
{
    const auto nodes = take(many);
    BOOST_TEST(std::set<void*>(nodes.begin(), nodes.end()).size() == many);
    for (const void* each : nodes)
        BOOST_TEST_REQUIRE(reinterpret_cast<std::uintptr_t>(each) % alignof(std::max_align_t) == 0u);
    give(nodes);
}

BOOST_AUTO_TEST_CASE(what_one_thread_has_freed_serves_another_also_when_it_has_ended)
{
    if (test::is_sanitized)
        return; // nothing is kept there
    std::set<void*> freed;
    on_a_thread([&] {
        const auto nodes = take(many);
        freed.insert(nodes.begin(), nodes.end());
        give(nodes);
    });
    on_a_thread([&] {
        const auto again = take(many);
        for (void* each : again)
            BOOST_TEST_REQUIRE(freed.contains(each));
        give(again);
    });
}

BOOST_AUTO_TEST_CASE(a_large_node_is_as_good)
{
    void* large = take_node(100'000);
    BOOST_TEST(large != nullptr);
    give_node(large, 100'000);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::detail
