// SPDX-License-Identifier: BSL-1.0
#include "os/memory_passing.hpp"

#include "os/descriptor_passing.hpp"
#include "os/pipe.hpp"
#include "processes.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace procpool::os {
namespace {

constexpr std::size_t size = 8192;

struct two_sides : test::nothing_left_behind {
    socket_ends sockets = make_sockets();
    memory_sender sender{sockets.first.get()};
    memory_receiver receiver{sockets.second.get(), memory_receiver::sender::worker};

    static shown_memory filled(int with)
    {
        shown_memory made = make_shown_memory("test", size);
        made.bytes.data()[0] = std::byte(with);
        return made;
    }
    /// Whatever somebody else would send.
    void send(int fd, std::uint64_t number, std::uint64_t place) const
    {
        const std::array<std::uint64_t, 3> note{number, place};
        BOOST_TEST(send_descriptors(sockets.first.get(), std::array{fd}, std::as_bytes(std::span(note))));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_memory_passing, two_sides)

BOOST_AUTO_TEST_CASE(what_is_shown_is_found_with_what_is_in_it)
{
    const auto memory = filled(7);
    const auto place = sender.show(1, memory.file.get());
    BOOST_TEST_REQUIRE(place.has_value());
    const auto found = receiver.find(*place, 1);
    BOOST_TEST_REQUIRE((found != nullptr));
    BOOST_TEST(found->size() == size);
    BOOST_TEST((found->data()[0] == std::byte{7}));
    memory.bytes.data()[0] = std::byte{8};
    BOOST_TEST((found->data()[0] == std::byte{8}));
}

BOOST_AUTO_TEST_CASE(it_cannot_be_written_by_who_is_shown_it)
{
    const auto memory = filled(7);
    const auto found = receiver.find(*sender.show(1, memory.file.get()), 1);
    BOOST_TEST(::mprotect(found->data(), size, PROT_READ | PROT_WRITE) == -1);
    BOOST_TEST(sealed_size(memory.file.get()) == size);
}

BOOST_AUTO_TEST_CASE(the_second_time_it_is_not_sent_again)
{
    const auto memory = filled(7);
    const auto place = sender.show(1, memory.file.get());
    const auto first = receiver.find(*place, 1);
    sender.leave(*place);
    BOOST_TEST((sender.show(1, memory.file.get()) == place));
    BOOST_TEST((receiver.find(*place, 1) == first));
}

BOOST_AUTO_TEST_CASE(what_was_never_looked_for_is_passed_over)
{
    const auto first = filled(1);
    const auto second = filled(2);
    sender.leave(*sender.show(1, first.file.get()));
    const auto place = sender.show(2, second.file.get());
    BOOST_TEST((receiver.find(*place, 2)->data()[0] == std::byte{2}));
}

BOOST_AUTO_TEST_CASE(as_many_as_there_are_places_can_be_in_use)
{
    const auto memory = filled(1);
    for (std::uint64_t number = 1; number <= places; ++number)
        BOOST_TEST(sender.show(number, memory.file.get()).has_value());
    BOOST_TEST(!sender.show(places + 1, memory.file.get()).has_value());
    sender.leave(3);
    BOOST_TEST((sender.show(places + 1, memory.file.get()) == std::optional<std::size_t>(3)));
}

BOOST_AUTO_TEST_CASE(what_takes_the_place_of_another_ends_it)
{
    const auto memory = filled(1);
    for (std::uint64_t number = 1; number <= 100; ++number) {
        const auto place = sender.show(number, memory.file.get());
        BOOST_TEST((receiver.find(*place, number) != nullptr));
        sender.leave(*place);
    }
    BOOST_TEST((receiver.find(0, 1) == nullptr));
}

BOOST_AUTO_TEST_CASE(what_was_forgotten_is_sent_again)
{
    const auto memory = filled(1);
    const auto place = sender.show(1, memory.file.get());
    BOOST_TEST((receiver.find(*place, 1) != nullptr));
    sender.leave(*place);
    sender.forget();
    receiver.forget();
    const auto again = sender.show(1, memory.file.get());
    BOOST_TEST((receiver.find(*again, 1) != nullptr));
}

/// A sparse file costs who makes it nothing.
descriptor sparse_memory(std::uint64_t bytes)
{
    descriptor file(::memfd_create("sparse", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    BOOST_TEST_REQUIRE(::ftruncate(file.get(), static_cast<off_t>(bytes)) == 0);
    BOOST_TEST_REQUIRE(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0);
    return file;
}

BOOST_AUTO_TEST_CASE(more_than_a_machine_has_is_refused)
{
    const descriptor huge = sparse_memory(std::uint64_t{1} << 46);
    BOOST_TEST((receiver.find(*sender.show(1, huge.get()), 1) == nullptr));
    const descriptor small = sparse_memory(4096);
    BOOST_TEST((receiver.find(*sender.show(2, small.get()), 2) != nullptr));
}

BOOST_AUTO_TEST_CASE(what_is_shown_at_a_time_is_no_more_than_a_machine_has)
{
    struct sysinfo machine {};
    BOOST_TEST_REQUIRE(::sysinfo(&machine) == 0);
    const descriptor all = sparse_memory(machine.mem_unit * (std::uint64_t{machine.totalram} + machine.totalswap));
    std::size_t found = 0;
    for (std::uint64_t number = 1; number <= places; ++number)
        found += receiver.find(*sender.show(number, all.get()), number) != nullptr;
    BOOST_TEST(found == 2u); // memory may have been made twice as large as it is used
}

BOOST_AUTO_TEST_CASE(what_is_still_in_use_counts_when_its_place_has_another)
{
    struct sysinfo machine {};
    BOOST_TEST_REQUIRE(::sysinfo(&machine) == 0);
    const descriptor all = sparse_memory(machine.mem_unit * (std::uint64_t{machine.totalram} + machine.totalswap));
    std::vector<std::shared_ptr<const mapping>> in_use;
    for (std::uint64_t number = 1; number != 5; ++number) {
        send(all.get(), number, 0);
        if (auto found = receiver.find(0, number))
            in_use.push_back(std::move(found));
    }
    BOOST_TEST(in_use.size() == 2u);
    in_use.clear();
    send(all.get(), 5, 0);
    BOOST_TEST((receiver.find(0, 5) != nullptr));
}

BOOST_AUTO_TEST_CASE(what_was_not_shown_is_not_found)
{
    BOOST_TEST((receiver.find(0, 1) == nullptr));
    BOOST_TEST((receiver.find(places, 1) == nullptr));
    BOOST_TEST((receiver.find(std::numeric_limits<std::uint64_t>::max(), 0) == nullptr));
    BOOST_TEST((receiver.find(0, 0) == nullptr));
}

BOOST_AUTO_TEST_CASE(what_is_no_memory_of_a_fixed_size_is_not_found)
{
    const pipe_ends pipe = make_pipe();
    send(pipe.read.get(), 1, 0);
    BOOST_TEST((receiver.find(0, 1) == nullptr));
    const descriptor unsealed(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    BOOST_TEST(::ftruncate(unsealed.get(), size) == 0);
    send(unsealed.get(), 1, 0);
    BOOST_TEST((receiver.find(0, 1) == nullptr));
    send(filled(1).file.get(), 1, places);
    BOOST_TEST((receiver.find(0, 1) == nullptr));
}

BOOST_AUTO_TEST_CASE(descriptors_of_a_task_that_was_taken_back_are_closed_when_they_are_here)
{
    receiver.pass_over(1); // nothing is
    pipe_ends pipe = make_pipe();
    const auto memory = filled(7);
    const auto place = sender.show(1, memory.file.get());
    for (const std::uint64_t task : {1U, 2U})
        BOOST_TEST(send_with_task(sockets.first.get(), task, {{nullptr, pipe.write.get()}}));
    receiver.pass_over(3);
    receiver.pass_over(1);
    BOOST_TEST((receiver.find(*place, 1) != nullptr));
    BOOST_TEST(receiver.wait_for(2).size() == 1u);
    pipe.write.reset();
    std::array<std::byte, 1> nothing{};
    BOOST_TEST(read_some(pipe.read.get(), nothing) == 0);
}

BOOST_AUTO_TEST_CASE(descriptors_of_an_earlier_task_are_not_those_of_a_later_one)
{
    const pipe_ends pipe = make_pipe();
    send(pipe.read.get(), 1, with_task);
    send(pipe.write.get(), 2, with_task);
    const auto files = receiver.wait_for(2);
    BOOST_TEST_REQUIRE(files.size() == 1u);
    BOOST_TEST(write_all(files.front().get(), std::as_bytes(std::span("x", 1))));
}

BOOST_AUTO_TEST_CASE(why_descriptors_do_not_come_is_told_in_their_place)
{
    const bool is_sent = send_with_task(sockets.first.get(), 1, {{nullptr, -1}});
    const int error = errno;
    BOOST_TEST(!is_sent);
    BOOST_TEST(error == EBADF);
    for (const int why : {ECANCELED, EBADF})
        BOOST_TEST(tell_not_sent(sockets.first.get(), 1, why));
    BOOST_CHECK_EXCEPTION(receiver.wait_for(1), std::system_error,
                          [](const auto& thrown) { return thrown.code() == std::errc::bad_file_descriptor; });
    BOOST_TEST(tell_not_sent(sockets.first.get(), 2, EBADF));
    const auto memory = filled(7);
    const auto place = sender.show(1, memory.file.get());
    memory_receiver in_worker(sockets.second.get(), memory_receiver::sender::host);
    BOOST_TEST((in_worker.find(*place, 1) != nullptr));
}

BOOST_AUTO_TEST_CASE(what_is_taken_before_it_is_looked_for_is_found)
{
    const auto memory = filled(7);
    const auto place = sender.show(1, memory.file.get());
    BOOST_TEST(receiver.take(64));
    BOOST_TEST(!has_messages(sockets.second.get()));
    BOOST_TEST((receiver.find(*place, 1) != nullptr));
    BOOST_TEST(receiver.take(64)); // nothing is there
}

BOOST_AUTO_TEST_CASE(no_more_than_asked_for_is_taken)
{
    const auto memory = filled(7);
    for (std::uint64_t number = 1; number != 4; ++number)
        send(memory.file.get(), number, 0);
    BOOST_TEST(receiver.take(2));
    BOOST_TEST(has_messages(sockets.second.get()));
    BOOST_TEST(receiver.take(1));
    BOOST_TEST(!has_messages(sockets.second.get()));
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_known_when_it_is_taken)
{
    send(make_pipe().read.get(), 1, 0);
    BOOST_TEST(!receiver.take(64));
    send(filled(7).file.get(), 1, with_task);
    BOOST_TEST(!receiver.take(64));
    BOOST_TEST(send_note(sockets.first.get(), {}));
    BOOST_TEST(!receiver.take(64));
    BOOST_TEST(receiver.take(64));
    sockets.first.reset();
    BOOST_TEST(receiver.take(64));
}

BOOST_AUTO_TEST_CASE(it_arrives_where_all_other_descriptors_are_used_up)
{
    BOOST_TEST((receiver.find(0, 1) == nullptr)); // looking in vain costs nothing
    const auto memory = filled(7);
    const auto place = sender.show(1, memory.file.get());
    const auto next = static_cast<rlim_t>(descriptor(::dup(0)).get());
    const auto other = sender.show(2, memory.file.get());
    const test::lower_descriptor_limit none_left(next);
    BOOST_TEST(::dup(0) == -1);
    BOOST_TEST(receiver.take(64));
    BOOST_TEST((receiver.find(*place, 1) != nullptr));
    BOOST_TEST((receiver.find(*other, 2) != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
