// SPDX-License-Identifier: BSL-1.0
#include "regions.hpp"

#include "support/left_behind.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <vector>

namespace procpool::test {
namespace {

using detail::byte_buffer;
using detail::shared_from;
using detail::take_region;

std::uint64_t number_of(const detail::region_ptr& region)
{
    return static_cast<const own_region&>(*region).number();
}

byte_buffer filled(std::size_t size)
{
    byte_buffer made;
    made.share(size);
    for (std::size_t i = 0; i != size; ++i)
        made.append(&i, 1);
    return made;
}

bool is_filled(const byte_buffer& bytes)
{
    for (std::size_t i = 0; i != bytes.size(); ++i)
        if (bytes.data()[i] != static_cast<std::byte>(i))
            return false;
    return true;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(regions, nothing_left_behind)

BOOST_AUTO_TEST_CASE(it_has_at_least_the_size_asked_for)
{
    for (const std::size_t size : {shared_from, shared_from + 1, std::size_t{1'000'000}, std::size_t{100'000'000}})
        BOOST_TEST(take_region(size)->size() >= size);
}

BOOST_AUTO_TEST_CASE(while_somebody_uses_regions_freed_memory_is_used_again)
{
    const region_user user;
    const auto first = number_of(take_region(shared_from));
    BOOST_TEST(number_of(take_region(shared_from)) == first);
    BOOST_TEST(number_of(take_region(1'000'000)) != first);
    BOOST_TEST(number_of(take_region(shared_from)) == first);
    give_back_regions();
    BOOST_TEST(number_of(take_region(shared_from)) != first);
}

BOOST_AUTO_TEST_CASE(memory_that_is_far_too_large_is_kept_for_others)
{
    const region_user user;
    const auto large = number_of(take_region(100'000'000));
    BOOST_TEST(number_of(take_region(shared_from)) != large);
}

BOOST_AUTO_TEST_CASE(without_a_user_freed_memory_is_given_back)
{
    const auto first = number_of(take_region(shared_from));
    BOOST_TEST(number_of(take_region(shared_from)) != first);
}

BOOST_AUTO_TEST_CASE(what_is_used_once_is_not_used_again)
{
    const region_user user;
    const auto first = take_region(shared_from);
    static_cast<own_region&>(*first).use_once();
    const auto number = number_of(first);
    BOOST_TEST(number_of(take_region(shared_from)) != number);
}

BOOST_AUTO_TEST_CASE(there_are_not_more_than_descriptors_to_spare)
{
    std::vector<detail::region_ptr> all;
    while (auto next = take_region(shared_from))
        all.push_back(std::move(next));
    BOOST_TEST(all.size() == 64u);
    all.pop_back();
    BOOST_TEST((take_region(shared_from) != nullptr));
}

BOOST_AUTO_TEST_CASE(a_buffer_moves_to_a_region_when_much_is_to_come_and_grows_there)
{
    byte_buffer bytes = filled(shared_from);
    BOOST_TEST((bytes.shared() != nullptr));
    byte_buffer few;
    few.share(shared_from - 1);
    BOOST_TEST((few.shared() == nullptr));
    for (std::size_t i = shared_from; i != 5 * shared_from; ++i)
        bytes.append(&i, 1);
    BOOST_TEST((bytes.shared() != nullptr));
    BOOST_TEST(is_filled(bytes));
}

BOOST_AUTO_TEST_CASE(a_buffer_that_finds_no_region_grows_on_the_heap)
{
    byte_buffer bytes = filled(shared_from);
    std::vector<detail::region_ptr> all;
    while (auto next = take_region(shared_from))
        all.push_back(std::move(next));
    for (std::size_t i = shared_from; i != 5 * shared_from; ++i)
        bytes.append(&i, 1);
    BOOST_TEST((bytes.shared() == nullptr));
    BOOST_TEST(is_filled(bytes));
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_buffer_is_private_and_a_moved_one_is_the_same)
{
    byte_buffer bytes = filled(shared_from);
    const byte_buffer copy(bytes);
    BOOST_TEST((copy.shared() == nullptr));
    BOOST_TEST(is_filled(copy));
    const auto* const region = bytes.shared();
    const byte_buffer moved(std::move(bytes));
    BOOST_TEST((moved.shared() == region));
    BOOST_TEST(is_filled(moved));
}

BOOST_AUTO_TEST_CASE(private_bytes_are_copied_to_be_shown_and_shared_ones_are_not)
{
    const byte_buffer shared = filled(shared_from);
    BOOST_TEST((region_of(shared).get() == shared.shared()));
    const byte_buffer own(shared);
    const auto copy = region_of(own);
    BOOST_TEST((copy->data() != own.data()));
    BOOST_TEST(std::equal(own.begin(), own.end(), copy->data()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
