// SPDX-License-Identifier: BSL-1.0
// What is refused, and with which words.
#include "support/left_behind.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool/process.hpp>

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <iostream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;

template <class Call>
std::string sentence_of(Call call)
{
    try {
        call();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing was thrown";
}

bool is_refused(const process_options& options)
{
    return code_thrown_by([&] { process(options, wait_for_ever); }) == errc::invalid_option;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_misuse, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_process_starts_once)
{
    process one({.name = "one"}, [] {});
    one.start();
    BOOST_TEST(sentence_of([&] { one.start(); }) ==
               "procpool: one was started before, and a process runs once: make another one");
    one.join();
    BOOST_CHECK_THROW(one.start(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(what_needs_a_process_needs_a_started_one)
{
    process one({.name = "one"}, wait_for_ever);
    BOOST_TEST(sentence_of([&] { one.join(); }) == "procpool: one was not started: call start() first");
    BOOST_CHECK_THROW(one.join(1s), std::logic_error);
    BOOST_CHECK_THROW(one.async_join(boost::asio::detached), std::logic_error);
    BOOST_CHECK_THROW(one.terminate(), std::logic_error);
    BOOST_CHECK_THROW(one.kill(), std::logic_error);
    BOOST_CHECK_THROW(one.send_signal(SIGINT), std::logic_error);
    BOOST_CHECK_THROW(one.sentinel(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(it_can_be_closed_when_it_has_ended_and_is_of_no_use_then)
{
    process one({.name = "one", .daemon = true}, wait_for_ever);
    one.start();
    BOOST_TEST(sentence_of([&] { one.close(); }) ==
               "procpool: one was closed while it runs: join() or terminate() it first");
    one.kill();
    one.join();
    const child other = one;
    one.close();
    BOOST_TEST(count_descriptors() == descriptors_at_start());
    BOOST_TEST(sentence_of([&] { one.exit_code(); }) == "procpool: one was used after close()");
    BOOST_CHECK_THROW(one.join(), std::logic_error);
    BOOST_CHECK_THROW(one.start(), std::logic_error);
    BOOST_CHECK_THROW(other.pid(), std::logic_error);
    one.close();
    process unstarted(wait_for_ever);
    unstarted.close();
    BOOST_CHECK_THROW(unstarted.start(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(an_object_that_was_moved_from_is_of_no_use)
{
    process one([] {});
    process two(std::move(one));
    BOOST_TEST(sentence_of([&] { one.start(); }) == "procpool: a process was used after it was moved from"); // NOLINT
    BOOST_CHECK_THROW(one.close(), std::logic_error);
    two.start();
}

BOOST_AUTO_TEST_CASE(options_outside_their_range_are_refused)
{
    BOOST_TEST(is_refused({.env = {{"", "x"}}}));
    BOOST_TEST(is_refused({.env = {{"A=B", "x"}}}));
    BOOST_TEST(is_refused({.stdout_to = output::capture}));
    BOOST_TEST(is_refused({.stderr_to = output::relay}));
    BOOST_TEST(is_refused({.limits = {.nice = 20}}));
    BOOST_TEST(is_refused({.sandbox = {.readable = {{""}}}}));
    process one({.daemon = true}, wait_for_ever);
    one.start();
    for (const int number : {1000, -1, 0})
        BOOST_TEST(code_thrown_by([&] { one.send_signal(number); }) == make_error_code(errc::invalid_option));
    one.kill();
    one.join();
    BOOST_TEST(code_thrown_by([&] { one.send_signal(1000); }) == make_error_code(errc::invalid_option));
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_says_why_and_may_be_tried_again)
{
    const temporary_directory place;
    const auto missing = place / "missing";
    process one({.name = "one", .cwd = missing}, [] {});
    BOOST_TEST(code_thrown_by([&] { one.start(); }) == make_error_code(errc::start_failed));
    BOOST_TEST(sentence_of([&] { one.start(); }) ==
               "the working directory " + missing.string() + " of one does not exist: correct process_options::cwd");
    BOOST_TEST(one.exit_status()->never_started);
    std::filesystem::create_directory(missing);
    one.start();
    one.join();
    BOOST_TEST(one.exit_code().value() == 0);
}

BOOST_AUTO_TEST_CASE(without_descriptors_it_does_not_start)
{
    process one([] {});
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t two_free = descriptors_at_start() + 2; // without them UBSan could not look at the exception
    const rlimit too_few{.rlim_cur = two_free, .rlim_max = limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &too_few);
    const auto code = code_thrown_by([&] { one.start(); });
    ::setrlimit(RLIMIT_NOFILE, &limit);
    BOOST_TEST(code == make_error_code(errc::too_many_descriptors));
    one.start();
}

BOOST_AUTO_TEST_CASE(a_forked_copy_throws_and_ends_nothing)
{
    process one({.daemon = true}, wait_for_ever);
    one.start();
    std::cout.flush(); // else the copy would write it again
    const pid_t copy = ::fork();
    if (copy == 0) {
        const bool threw = code_thrown_by([&] { one.kill(); }) == errc::forked_copy &&
                           code_thrown_by([&] { one.join(); }) == errc::forked_copy &&
                           code_thrown_by([&] { one.close(); }) == errc::forked_copy && active_children().empty();
        one = process([] {});
        std::exit(threw ? 0 : 1);
    }
    int status = -1;
    ::waitpid(copy, &status, 0);
    BOOST_TEST(status == 0);
    BOOST_TEST(one.is_alive());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
