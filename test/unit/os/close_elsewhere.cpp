// SPDX-License-Identifier: BSL-1.0
#include "os/close_elsewhere.hpp"

#include "os/descriptor_passing.hpp"
#include "os/memory_passing.hpp"
#include "os/pipe.hpp"
#include "processes.hpp"
#include "support/processes.hpp"

#include <arpa/inet.h>
#include <array>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace procpool::os {
namespace {

/// A connection whose end `sender` waits for an hour when it is closed: it has sent what nobody reads.
struct lingering_connection {
    descriptor listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    descriptor sender{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    descriptor receiver;

    lingering_connection()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        BOOST_TEST_REQUIRE(::bind(listener.get(), plain, size) == 0);
        BOOST_TEST_REQUIRE(::listen(listener.get(), 1) == 0);
        BOOST_TEST_REQUIRE(::getsockname(listener.get(), plain, &size) == 0);
        BOOST_TEST_REQUIRE(::connect(sender.get(), plain, size) == 0);
        receiver = descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        std::array<char, 4096> bytes{};
        while (::send(sender.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
        }
        constexpr linger one_hour{1, 3600};
        ::setsockopt(sender.get(), SOL_SOCKET, SO_LINGER, &one_hour, sizeof(one_hour));
    }
};

struct no_descriptor_more {
    const std::size_t before = procpool::test::open_descriptors().size();
    /// Other threads close some.
    ~no_descriptor_more()
    {
        BOOST_TEST(procpool::test::eventually([&] { return procpool::test::open_descriptors().size() == before; }));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_close_elsewhere, no_descriptor_more)

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_socket_that_lingers)
{
    lingering_connection connection;
    std::vector<descriptor> files;
    files.push_back(std::move(connection.sender));
    close_elsewhere(std::move(files));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_one_that_was_sent_as_memory)
{
    lingering_connection connection;
    const socket_ends ends = make_sockets();
    memory_receiver receiver(ends.second.get(), memory_receiver::sender::worker);
    const std::array<std::uint64_t, 3> note{1, 0, 0};
    BOOST_TEST(send_descriptors(ends.first.get(), std::array{connection.sender.get()}, std::as_bytes(std::span(note))));
    connection.sender.reset();
    BOOST_TEST((receiver.find(0, 1) == nullptr));
}

BOOST_AUTO_TEST_CASE(memory_and_pipes_are_closed_at_once)
{
    pipe_ends pipe = make_pipe();
    std::vector<descriptor> files;
    files.push_back(std::move(pipe.read));
    files.push_back(std::move(pipe.write));
    files.emplace_back(::memfd_create("test", MFD_CLOEXEC));
    close_elsewhere(std::move(files));
    BOOST_TEST(procpool::test::open_descriptors().size() == before);
}

BOOST_AUTO_TEST_CASE(other_files_are_closed_in_the_end)
{
    std::vector<descriptor> files;
    files.emplace_back(::open("/dev/null", O_RDWR | O_CLOEXEC));
    files.emplace_back(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
    close_elsewhere(std::move(files));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
