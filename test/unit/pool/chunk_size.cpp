// SPDX-License-Identifier: BSL-1.0
#include "pool/chunk_size.hpp"

#include <boost/test/unit_test.hpp>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;
using detail::chunk_size;

/// After so many tasks whose elements take that long.
std::size_t size_after(int tasks, std::chrono::nanoseconds each, std::size_t bytes_each = 1)
{
    chunk_size size({});
    for (int i = 0; i != tasks; ++i)
        size.ran(size.next(), each * static_cast<int>(size.next()), bytes_each * size.next());
    return size.next();
}

} // namespace

BOOST_AUTO_TEST_SUITE(pool_chunk_size)

BOOST_AUTO_TEST_CASE(what_is_told_holds)
{
    chunk_size size(7);
    size.ran(7, 1h, 1);
    BOOST_TEST(size.next() == 7u);
    BOOST_TEST(size.is_fixed());
}

BOOST_AUTO_TEST_CASE(it_begins_with_one_and_doubles_at_most)
{
    BOOST_TEST(chunk_size({}).next() == 1u);
    BOOST_TEST(size_after(1, 0ns) == 2u);
    BOOST_TEST(size_after(2, 0ns) == 4u);
    BOOST_TEST(size_after(100, 0ns) == chunk_size::most);
}

BOOST_AUTO_TEST_CASE(a_task_takes_about_half_a_millisecond)
{
    BOOST_TEST(size_after(100, 5us) == 100u);
    BOOST_TEST(size_after(100, 100us) == 5u);
    BOOST_TEST(size_after(100, 1h) == 1u);
}

BOOST_AUTO_TEST_CASE(large_answers_make_it_smaller)
{
    BOOST_TEST(size_after(100, 1ns, 1024) == 32u);
    BOOST_TEST(size_after(100, 1ns, 1'000'000) == 1u);
}

BOOST_AUTO_TEST_CASE(it_follows_elements_that_become_longer_or_shorter)
{
    chunk_size size({});
    for (int i = 0; i != 100; ++i)
        size.ran(size.next(), 1us * static_cast<int>(size.next()), 1);
    BOOST_TEST(size.next() == 500u);
    size.ran(3, 3ms, 1);
    BOOST_TEST(size.next() <= 2u);
    for (int i = 0; i != 100; ++i)
        size.ran(size.next(), 1us * static_cast<int>(size.next()), 1);
    BOOST_TEST(size.next() >= 490u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
