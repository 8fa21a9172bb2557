// SPDX-License-Identifier: BSL-1.0
#include "os/file_lock.hpp"

#include "os/pipe.hpp"
#include "os/tape.hpp"
#include "support/left_behind.hpp"

#include <boost/test/unit_test.hpp>

#include <system_error>
#include <thread>

namespace procpool::os {
namespace {

struct two_ends : test::nothing_left_behind {
    descriptor one = make_tape("test", 4096);
    descriptor other = reopen(one.get());
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_file_lock, two_ends)

BOOST_AUTO_TEST_CASE(one_at_a_time_has_it)
{
    BOOST_TEST(try_lock_file(one.get()));
    BOOST_TEST(!try_lock_file(other.get()));
    unlock_file(one.get());
    BOOST_TEST(try_lock_file(other.get()));
}

BOOST_AUTO_TEST_CASE(duplicates_do_not_keep_each_other_out)
{
    const descriptor same = duplicate(one.get());
    BOOST_TEST(try_lock_file(one.get()));
    BOOST_TEST(try_lock_file(same.get()));
}

BOOST_AUTO_TEST_CASE(it_is_free_when_its_holder_is_closed)
{
    lock_file(one.get());
    one.reset();
    BOOST_TEST(try_lock_file(other.get()));
}

BOOST_AUTO_TEST_CASE(who_waits_gets_it_when_it_is_free)
{
    lock_file(one.get());
    std::thread waiting([this] {
        lock_file(other.get());
        unlock_file(other.get());
    });
    unlock_file(one.get());
    waiting.join();
    BOOST_TEST(try_lock_file(one.get()));
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_an_error)
{
    BOOST_CHECK_THROW(lock_file(-1), std::system_error);
    BOOST_CHECK_THROW(try_lock_file(-1), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
