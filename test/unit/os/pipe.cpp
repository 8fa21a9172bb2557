// SPDX-License-Identifier: BSL-1.0
#include "os/pipe.hpp"

#include "os/this_process.hpp"
#include "processes.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <vector>

namespace procpool::os {

namespace {

std::span<const std::byte> bytes_of(const std::string& text)
{
    return std::as_bytes(std::span(text));
}

std::string read_text(int fd)
{
    std::array<char, 64> buffer{};
    const std::ptrdiff_t size = read_some(fd, std::as_writable_bytes(std::span(buffer)));
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_pipe, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read)
{
    const pipe_ends pipe = make_pipe();
    BOOST_TEST(write_all(pipe.write.get(), bytes_of("frame")));
    BOOST_TEST(read_text(pipe.read.get()) == "frame");
}

BOOST_AUTO_TEST_CASE(both_ends_are_close_on_exec)
{
    const pipe_ends pipe = make_pipe();
    BOOST_TEST(::fcntl(pipe.read.get(), F_GETFD) == FD_CLOEXEC);
    BOOST_TEST(::fcntl(pipe.write.get(), F_GETFD) == FD_CLOEXEC);
}

BOOST_AUTO_TEST_CASE(closed_standard_streams_are_not_reused)
{
    const auto child = test::fork_child([] {
        ::close(STDOUT_FILENO);
        ::close(STDERR_FILENO);
        const pipe_ends pipe = make_pipe();
        return pipe.read.get() > STDERR_FILENO && pipe.write.get() > STDERR_FILENO && !is_open(STDOUT_FILENO);
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(the_end_of_file_reads_as_zero)
{
    pipe_ends pipe = make_pipe();
    pipe.write.reset();
    std::array<std::byte, 1> buffer{};
    BOOST_TEST(read_some(pipe.read.get(), buffer) == 0);
}

BOOST_AUTO_TEST_CASE(an_empty_non_blocking_pipe_reads_as_minus_one)
{
    const pipe_ends pipe = make_pipe();
    ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    std::array<std::byte, 1> buffer{};
    BOOST_TEST(read_some(pipe.read.get(), buffer) == -1);
}

BOOST_AUTO_TEST_CASE(more_than_a_pipe_holds_is_written_in_full)
{
    constexpr std::size_t size = 1 << 20;
    pipe_ends pipe = make_pipe();
    const auto writer = test::fork_child([&] {
        pipe.read.reset();
        return write_all(pipe.write.get(), std::vector<std::byte>(size));
    });
    pipe.write.reset();
    std::vector<std::byte> buffer(size);
    std::size_t total = 0;
    while (const std::ptrdiff_t some = read_some(pipe.read.get(), buffer))
        total += static_cast<std::size_t>(some);
    BOOST_TEST(total == size);
    BOOST_TEST(writer.succeeds());
}

BOOST_AUTO_TEST_CASE(writing_to_a_pipe_that_nobody_reads_fails)
{
    const auto writer = test::fork_child([] {
        std::signal(SIGPIPE, SIG_IGN);
        pipe_ends pipe = make_pipe();
        pipe.read.reset();
        return !write_all(pipe.write.get(), bytes_of("x"));
    });
    BOOST_TEST(writer.succeeds());
}

BOOST_AUTO_TEST_CASE(a_duplicate_keeps_the_pipe_open)
{
    pipe_ends pipe = make_pipe();
    const descriptor second = duplicate(pipe.write.get());
    BOOST_TEST(::fcntl(second.get(), F_GETFD) == FD_CLOEXEC);
    pipe.write.reset();
    BOOST_TEST(write_all(second.get(), bytes_of("still")));
    BOOST_TEST(read_text(pipe.read.get()) == "still");
}

BOOST_AUTO_TEST_CASE(a_duplicate_of_nothing_throws)
{
    BOOST_CHECK_EXCEPTION(duplicate(-1), std::system_error,
                          [](const auto& error) { return error.code() == std::errc::bad_file_descriptor; });
}

// The numbers of the standard streams are free here, 3 is taken, all above are forbidden: the pipe can be made, but not
// moved.
BOOST_AUTO_TEST_CASE(too_many_open_files_are_reported_with_what_to_do)
{
    const auto child = test::fork_child([] {
        ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 3);
        for (const int stream : {0, 1, 2})
            ::close(stream);
        const test::lower_descriptor_limit up_to_three(4);
        try {
            make_pipe();
        } catch (const std::system_error& error) {
            return std::strstr(error.what(), "cannot make a pipe to a worker: fcntl(F_DUPFD_CLOEXEC) (raise") !=
                       nullptr &&
                   !is_open(0);
        }
        return false;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
