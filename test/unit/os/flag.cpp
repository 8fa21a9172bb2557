// SPDX-License-Identifier: BSL-1.0
#include "os/flag.hpp"

#include "os/descriptor_passing.hpp"
#include "os/pipe.hpp"
#include "support/left_behind.hpp"
#include "support/lingering_connection.hpp"
#include "support/processes.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace procpool::os {
namespace {

struct fixture : test::nothing_left_behind {
    descriptor flag = make_flag();
    const std::size_t opened = procpool::test::open_descriptors().size();

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
    const std::string much(1000, 'x');
    std::size_t sent = 0;
    while (::send(flag.get(), much.data(), much.size(), MSG_DONTWAIT) > 0)
        ++sent;
    raise_flag(flag.get());
    BOOST_TEST(is_raised());
    for (; sent != 0; --sent)
        lower_flag(flag.get());
    BOOST_TEST(!is_raised());
}

BOOST_AUTO_TEST_CASE(a_lingering_socket_in_it_is_not_waited_for)
{
    procpool::test::lingering_connection connection;
    BOOST_TEST(send_descriptors(flag.get(), std::array{connection.sender.get()}, std::as_bytes(std::span("x", 1))));
    connection.sender.reset();
    lower_flag(flag.get());
    BOOST_TEST(!is_raised());
    BOOST_TEST(procpool::test::eventually([&] { // listener and receiver, beside the flag
        return procpool::test::open_descriptors().size() == opened + 2;
    }));
}

BOOST_AUTO_TEST_CASE(nobody_else_can_raise_it)
{
    sockaddr_un name{};
    socklen_t size = sizeof(name);
    auto* const address = reinterpret_cast<sockaddr*>(&name);
    BOOST_TEST_REQUIRE(::getsockname(flag.get(), address, &size) == 0);
    const descriptor stranger(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    BOOST_TEST(::sendto(stranger.get(), "", 1, MSG_DONTWAIT, address, size) == -1);
    BOOST_TEST(errno == EPERM);
    BOOST_TEST(!is_raised());
}

BOOST_AUTO_TEST_CASE(it_can_always_be_written)
{
    BOOST_TEST(wait_until_ready(flag.get(), readiness::to_write, now()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
