// SPDX-License-Identifier: BSL-1.0
#include "os/host_stream.hpp"

#include "os/pipe.hpp"
#include "processes.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fcntl.h>
#include <sys/ioctl.h>

using namespace procpool::os;

namespace {

int unread(const descriptor& pipe)
{
    int count = 0;
    ::ioctl(pipe.get(), FIONREAD, &count);
    return count;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_host_stream, procpool::os::test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(what_has_room_is_written)
{
    const pipe_ends pipe = make_pipe();
    BOOST_TEST(write_to_host(pipe.write.get(), "one\ntwo\n").value() == 8u);
    BOOST_TEST(unread(pipe.read) == 8);
    BOOST_TEST(write_to_host(pipe.write.get(), "").value() == 0u);
}

BOOST_AUTO_TEST_CASE(a_full_stream_takes_nothing_and_is_left_blocking)
{
    const pipe_ends pipe = make_pipe();
    const std::string text(1'000'000, 'x');
    const auto written = write_to_host(pipe.write.get(), text).value();
    BOOST_TEST(written == static_cast<std::size_t>(unread(pipe.read)));
    BOOST_TEST(written < text.size());
    BOOST_TEST(write_to_host(pipe.write.get(), text).value() == 0u);
    BOOST_TEST((::fcntl(pipe.write.get(), F_GETFL) & O_NONBLOCK) == 0);
}

BOOST_AUTO_TEST_CASE(a_stream_without_a_reader_raises_no_signal)
{
    pipe_ends pipe = make_pipe();
    pipe.read.reset();
    BOOST_TEST(!write_to_host(pipe.write.get(), "text").has_value()); // SIGPIPE would end this process
    sigset_t pending{};
    ::sigpending(&pending);
    BOOST_TEST(::sigismember(&pending, SIGPIPE) == 0);
}

BOOST_AUTO_TEST_CASE(a_sigpipe_of_the_hosts_own_stays_pending)
{
    sigset_t sigpipe{};
    ::sigemptyset(&sigpipe);
    ::sigaddset(&sigpipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
    ::raise(SIGPIPE);
    pipe_ends pipe = make_pipe();
    pipe.read.reset();
    BOOST_TEST(!write_to_host(pipe.write.get(), "text").has_value());
    const timespec at_once{};
    BOOST_TEST(::sigtimedwait(&sigpipe, nullptr, &at_once) == SIGPIPE);
    ::pthread_sigmask(SIG_UNBLOCK, &sigpipe, nullptr);
}

BOOST_AUTO_TEST_CASE(a_closed_stream_is_one_that_nobody_can_read)
{
    const int closed = make_pipe().write.get(); // by the end of this line
    BOOST_TEST(!write_to_host(closed, "text").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
