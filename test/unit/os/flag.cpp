// SPDX-License-Identifier: BSL-1.0
#include "os/flag.hpp"

#include "os/pipe.hpp"
#include "support/left_behind.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace procpool::os {
namespace {

struct fixture : test::nothing_left_behind {
    descriptor flag = make_flag();

    static deadline now() { return std::chrono::steady_clock::now(); }
    bool is_raised() const { return wait_until_ready(flag.get(), readiness::to_read, now()); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_flag, fixture)

BOOST_AUTO_TEST_CASE(it_stays_raised_until_it_is_lowered)
{
    BOOST_TEST(!is_raised());
    raise_flag(flag.get());
    raise_flag(flag.get());
    BOOST_TEST(is_raised());
    BOOST_TEST(is_raised());
    lower_flag(flag.get());
    BOOST_TEST(!is_raised());
    lower_flag(flag.get());
    BOOST_TEST(!is_raised());
}

BOOST_AUTO_TEST_CASE(who_waits_sees_it_raised_through_any_duplicate)
{
    const descriptor same = duplicate(flag.get());
    std::thread raising([&] { raise_flag(same.get()); });
    BOOST_TEST(wait_until_ready(flag.get(), readiness::to_read, {}));
    raising.join();
}

BOOST_AUTO_TEST_CASE(a_wait_is_not_shorter_than_it_should_be)
{
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(1500);
    BOOST_TEST(!wait_until_ready(flag.get(), readiness::to_read, until));
    BOOST_TEST((std::chrono::steady_clock::now() >= until));
}

BOOST_AUTO_TEST_CASE(nobody_makes_it_block_by_changing_what_all_share)
{
    BOOST_TEST_REQUIRE(::fcntl(flag.get(), F_SETFL, 0) == 0); // not O_NONBLOCK any more
    lower_flag(flag.get());
    BOOST_TEST(!is_raised());
    const std::uint64_t most = ~std::uint64_t{1};
    BOOST_TEST_REQUIRE(::write(flag.get(), &most, sizeof(most)) == 8);
    raise_flag(flag.get());
    BOOST_TEST(is_raised());
    lower_flag(flag.get());
    BOOST_TEST(!is_raised());
}

BOOST_AUTO_TEST_CASE(it_can_always_be_written)
{
    BOOST_TEST(wait_until_ready(flag.get(), readiness::to_write, now()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
