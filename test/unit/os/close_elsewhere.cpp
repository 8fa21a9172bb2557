// SPDX-License-Identifier: BSL-1.0
#include "os/close_elsewhere.hpp"

#include "os/descriptor_passing.hpp"
#include "os/memory_passing.hpp"
#include "os/pipe.hpp"
#include "processes.hpp"
#include "support/lingering_connection.hpp"
#include "support/processes.hpp"

#include <array>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace procpool::os {
namespace {

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
    procpool::test::lingering_connection connection;
    std::vector<descriptor> files;
    files.push_back(std::move(connection.sender));
    close_elsewhere(std::move(files));
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_one_that_was_sent_as_memory)
{
    procpool::test::lingering_connection connection;
    const socket_ends ends = make_sockets();
    memory_receiver receiver(ends.second.get(), memory_receiver::sender::worker);
    const std::array<std::uint64_t, 3> note{1, 0, 0};
    BOOST_TEST(send_descriptors(ends.first.get(), std::array{connection.sender.get()}, std::as_bytes(std::span(note))));
    connection.sender.reset();
    BOOST_TEST((receiver.find(0, 1) == nullptr));
}

BOOST_AUTO_TEST_CASE(nor_for_one_in_a_socket_that_was_sent_in_a_socket)
{
    const auto put_into = [](descriptor sent) {
        socket_ends ends = make_sockets();
        BOOST_TEST(send_descriptors(ends.first.get(), std::array{sent.get()}, std::as_bytes(std::span("x", 1))));
        return std::move(ends.second);
    };
    procpool::test::lingering_connection connection;
    std::vector<descriptor> files;
    files.push_back(put_into(put_into(put_into(std::move(connection.sender)))));
    files.emplace_back(::open("/dev/null", O_RDWR | O_CLOEXEC)); // stays open if closing the first one takes long
    close_elsewhere(std::move(files));
    BOOST_TEST(procpool::test::eventually([&] { // while the connection's other end is open
        return procpool::test::open_descriptors().size() == before + 2;
    }));
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
