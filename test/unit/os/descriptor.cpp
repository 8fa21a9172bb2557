// SPDX-License-Identifier: BSL-1.0
#include "os/descriptor.hpp"

#include "os/this_process.hpp"
#include "processes.hpp"

#include <fcntl.h>

namespace procpool::os {

namespace {

descriptor open_null()
{
    return descriptor(::open("/dev/null", O_RDWR | O_CLOEXEC));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_descriptor, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(an_empty_one_owns_nothing)
{
    descriptor empty;
    BOOST_TEST(!empty);
    BOOST_TEST(empty.get() == -1);
    empty.reset();
    BOOST_TEST(!empty);
}

BOOST_AUTO_TEST_CASE(the_end_of_its_owner_closes_it)
{
    int number = -1;
    {
        const descriptor owner = open_null();
        number = owner.get();
        BOOST_TEST(is_open(number));
    }
    BOOST_TEST(!is_open(number));
}

BOOST_AUTO_TEST_CASE(a_move_hands_it_over)
{
    descriptor from = open_null();
    const int number = from.get();
    const descriptor to = std::move(from);
    BOOST_TEST(!from);
    BOOST_TEST(to.get() == number);
    BOOST_TEST(is_open(number));
}

BOOST_AUTO_TEST_CASE(assigning_closes_the_old_one_at_once)
{
    descriptor from = open_null();
    descriptor to = open_null();
    const int old = to.get();
    to = std::move(from);
    BOOST_TEST(!is_open(old));
    BOOST_TEST(!from);
}

BOOST_AUTO_TEST_CASE(assigning_it_to_itself_changes_nothing)
{
    descriptor owner = open_null();
    descriptor& same = owner;
    owner = std::move(same);
    BOOST_TEST(is_open(owner.get()));
}

BOOST_AUTO_TEST_CASE(a_released_one_stays_open)
{
    descriptor owner = open_null();
    const descriptor next(owner.release());
    BOOST_TEST(!owner);
    BOOST_TEST(is_open(next.get()));
}

BOOST_AUTO_TEST_CASE(a_copy_is_numbered_from_the_lowest_and_close_on_exec)
{
    const descriptor original = open_null();
    const descriptor copy = duplicate_from(original.get(), 100);
    BOOST_TEST(copy.get() >= 100);
    BOOST_TEST(::fcntl(copy.get(), F_GETFD) == FD_CLOEXEC);
}

BOOST_AUTO_TEST_CASE(a_copy_of_what_is_not_open_is_empty)
{
    BOOST_TEST(!duplicate_from(-1, 3));
    BOOST_TEST(!above_stdio(descriptor()));
}

BOOST_AUTO_TEST_CASE(a_number_of_a_closed_standard_stream_is_not_used)
{
    const auto moves = test::fork_child([] {
        ::close(STDIN_FILENO);
        const descriptor moved = above_stdio(open_null());
        return moved.get() > STDERR_FILENO && !is_open(STDIN_FILENO);
    });
    BOOST_TEST(moves.succeeds());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
