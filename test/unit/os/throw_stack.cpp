// SPDX-License-Identifier: BSL-1.0
#include "os/throw_stack.hpp"

#include "os/modules.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <unwind.h>
#include <vector>

BOOST_AUTO_TEST_SUITE(os_throw_stack)

namespace {

using namespace procpool;

[[gnu::noinline]] int throw_below(int depth)
{
    const std::vector<int> destroyed_on_the_way(1);
    if (depth == 0)
        throw std::out_of_range("deep");
    const int result = throw_below(depth - 1) + 1;
    asm volatile("" : : "r"(result)); // a frame for each call
    return result;
}

void throw_here(void* depth)
{
    throw_below(*static_cast<int*>(depth));
}

[[gnu::noinline]] void catch_and_throw_on(void* depth)
{
    try {
        throw_here(depth);
    } catch (...) {
        throw;
    }
}

void throw_and_catch(void* depth)
{
    try {
        throw_here(depth);
    } catch (const std::out_of_range&) {
    }
}

/// How many frames of the stack are of a function.
std::ptrdiff_t frames_of(void* function)
{
    const auto is_of = [function](std::uintptr_t address) {
        return _Unwind_FindEnclosingFunction(reinterpret_cast<void*>(address)) == function;
    };
    return std::ranges::count_if(os::thrown_stack(), is_of);
}

void call(void (*fn)(void*), int depth)
{
    os::call_noting_throw(fn, &depth);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_stack_begins_where_it_is_thrown_and_ends_at_the_call)
{
    BOOST_CHECK_THROW(call(throw_here, 5), std::out_of_range);
    const auto stack = os::thrown_stack();
    BOOST_TEST_REQUIRE(!stack.empty());
    BOOST_TEST(frames_of(reinterpret_cast<void*>(&throw_below)) >= 5); // of six, one may be in a part of its own
    BOOST_TEST(frames_of(reinterpret_cast<void*>(&call)) == 0);
    BOOST_TEST(stack.size() <= 8u);
    BOOST_TEST(os::mapped_module_at(stack.front()).value().path == ""); // the program: not the unwinder's library
}

BOOST_AUTO_TEST_CASE(a_deep_stack_is_cut)
{
    BOOST_CHECK_THROW(call(throw_here, 1000), std::out_of_range);
    BOOST_TEST(os::thrown_stack().size() == os::most_thrown_frames);
}

BOOST_AUTO_TEST_CASE(what_is_thrown_on_shows_that_place)
{
    BOOST_CHECK_THROW(call(catch_and_throw_on, 5), std::out_of_range);
    BOOST_TEST(!os::thrown_stack().empty());
    BOOST_TEST(frames_of(reinterpret_cast<void*>(&throw_below)) == 0);
}

BOOST_AUTO_TEST_CASE(what_does_not_leave_the_call_has_no_stack)
{
    BOOST_CHECK_THROW(call(throw_here, 1), std::out_of_range);
    call(throw_and_catch, 1);
    BOOST_TEST(os::thrown_stack().empty());
}

BOOST_AUTO_TEST_CASE(each_thread_has_its_own)
{
    BOOST_CHECK_THROW(call(throw_here, 1), std::out_of_range);
    const auto here = os::thrown_stack().size();
    std::thread([] {
        BOOST_TEST(os::thrown_stack().empty());
        BOOST_CHECK_THROW(call(throw_here, 20), std::out_of_range);
    }).join();
    BOOST_TEST(os::thrown_stack().size() == here);
}

BOOST_AUTO_TEST_SUITE_END()
