// SPDX-License-Identifier: BSL-1.0
#include "os/descriptor_passing.hpp"

#include "os/pipe.hpp"
#include "processes.hpp"
#include "support/send_descriptors.hpp"

#include <array>
#include <fcntl.h>
#include <sys/socket.h>

namespace procpool::os {
namespace {

using note = std::array<std::byte, 16>;

constexpr note some_note{std::byte{1}, std::byte{2}};

std::span<const std::byte> bytes_of(const note& given)
{
    return given;
}

void send_bytes_alone(int socket, std::size_t count)
{
    const std::array<char, 64> bytes{};
    BOOST_TEST(::send(socket, bytes.data(), count, 0) == static_cast<ssize_t>(count));
}

/// The one that has come with its note, or none.
descriptor receive_descriptor(int socket, note& with)
{
    auto received = receive_descriptors(socket, with);
    return received.are_all && received.files.size() == 1 ? std::move(received.files.front()) : descriptor();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_descriptor_passing, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_descriptor_arrives_with_its_note)
{
    const socket_ends ends = make_sockets();
    const pipe_ends pipe = make_pipe();
    BOOST_TEST(send_descriptors(ends.first.get(), std::array{pipe.write.get()}, bytes_of(some_note)));
    note arrived{};
    const descriptor received = receive_descriptor(ends.second.get(), arrived);
    BOOST_TEST((arrived == some_note));
    BOOST_TEST(::fcntl(received.get(), F_GETFD) == FD_CLOEXEC);
    BOOST_TEST(write_all(received.get(), bytes_of(some_note)));
    note through{};
    BOOST_TEST(read_some(pipe.read.get(), through) == 16);
}

BOOST_AUTO_TEST_CASE(several_arrive_in_their_order)
{
    const socket_ends ends = make_sockets();
    for (int i = 0; i != 3; ++i)
        BOOST_TEST(send_descriptors(ends.first.get(), std::array{0}, bytes_of({std::byte(i)})));
    for (int i = 0; i != 3; ++i) {
        note arrived{};
        BOOST_TEST(static_cast<bool>(receive_descriptor(ends.second.get(), arrived)));
        BOOST_TEST((arrived[0] == std::byte(i)));
    }
}

BOOST_AUTO_TEST_CASE(nobody_waits_when_there_is_none_or_no_room)
{
    const socket_ends ends = make_sockets();
    note arrived{};
    BOOST_TEST(!receive_descriptor(ends.second.get(), arrived));
    int sent = 0;
    while (send_descriptors(ends.first.get(), std::array{0}, bytes_of(some_note)))
        ++sent;
    BOOST_TEST(sent > 16);
}

BOOST_AUTO_TEST_CASE(who_is_gone_gets_nothing_and_sends_no_signal)
{
    socket_ends ends = make_sockets();
    ends.second.reset();
    BOOST_TEST(!send_descriptors(ends.first.get(), std::array{0}, bytes_of(some_note)));
    note arrived{};
    BOOST_TEST(!receive_descriptor(ends.first.get(), arrived));
}

BOOST_AUTO_TEST_CASE(what_is_no_note_with_a_descriptor_is_refused)
{
    const socket_ends ends = make_sockets();
    note arrived{};
    for (const std::size_t count : {1u, 16u, 17u, 64u}) {
        send_bytes_alone(ends.first.get(), count);
        BOOST_TEST(!receive_descriptor(ends.second.get(), arrived));
    }
}

BOOST_AUTO_TEST_CASE(several_descriptors_arrive_with_one_note)
{
    const socket_ends ends = make_sockets();
    const pipe_ends pipe = make_pipe();
    BOOST_TEST(send_descriptors(ends.first.get(), std::array{pipe.read.get(), pipe.write.get()}, bytes_of(some_note)));
    note arrived{};
    const auto received = receive_descriptors(ends.second.get(), arrived);
    BOOST_TEST((received.is_message && received.are_all && !received.are_lost));
    BOOST_TEST_REQUIRE(received.files.size() == 2u);
    BOOST_TEST((arrived == some_note));
    BOOST_TEST(write_all(received.files[1].get(), bytes_of(some_note)));
    note through{};
    BOOST_TEST(read_some(received.files[0].get(), through) == 16);
}

BOOST_AUTO_TEST_CASE(whether_a_descriptor_is_missing_is_known)
{
    const socket_ends ends = make_sockets();
    note arrived{};
    BOOST_TEST(send_descriptors(ends.first.get(), std::array{0, 0, 0}, bytes_of(some_note)));
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const descriptor highest = duplicate(0);
    const rlimit room_for_one{static_cast<rlim_t>(highest.get()) + 2, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &room_for_one);
    const auto received = receive_descriptors(ends.second.get(), arrived); // the fixture sees if one is left open
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST((received.is_message && received.are_lost && !received.are_all));
    BOOST_TEST(!receive_descriptors(ends.second.get(), arrived).is_message); // nothing has come
}

BOOST_AUTO_TEST_CASE(what_passes_by_itself_is_told_from_what_does_not)
{
    for (const int error : {EAGAIN, ETOOMANYREFS, EMFILE})
        BOOST_TEST(is_passing(error));
    for (const int error : {EPIPE, EBADF, ECONNRESET})
        BOOST_TEST(!is_passing(error));
}

BOOST_AUTO_TEST_CASE(what_was_sent_by_an_end_that_has_not_read_all_is_received)
{
    socket_ends ends = make_sockets();
    note arrived{};
    BOOST_TEST(send_note(ends.second.get(), bytes_of(some_note))); // never read: ECONNRESET
    BOOST_TEST(send_descriptors(ends.first.get(), std::array{0}, bytes_of(some_note)));
    ends.first.reset();
    BOOST_TEST(has_messages(ends.second.get()));
    BOOST_TEST(receive_descriptors(ends.second.get(), arrived).are_all);
}

BOOST_AUTO_TEST_CASE(an_empty_message_is_no_end)
{
    socket_ends ends = make_sockets();
    note arrived{};
    BOOST_TEST(!is_at_end(ends.second.get()));
    BOOST_TEST(send_note(ends.first.get(), {}));
    const auto received = receive_descriptors(ends.second.get(), arrived);
    BOOST_TEST((received.is_message && !received.are_lost && !received.are_all));
    ends.first.reset();
    BOOST_TEST(is_at_end(ends.second.get()));
    BOOST_TEST(!receive_descriptors(ends.second.get(), arrived).is_message);
}

BOOST_AUTO_TEST_CASE(an_empty_message_is_told_from_the_end_of_all)
{
    socket_ends ends = make_sockets();
    BOOST_TEST(!has_messages(ends.second.get()));
    BOOST_TEST(::send(ends.first.get(), nullptr, 0, 0) == 0);
    ends.first.reset();
    BOOST_TEST(has_messages(ends.second.get()));
    BOOST_TEST(::recv(ends.second.get(), nullptr, 0, 0) == 0);
    BOOST_TEST(!has_messages(ends.second.get()));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
