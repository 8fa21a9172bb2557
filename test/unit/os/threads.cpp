// SPDX-License-Identifier: BSL-1.0
#include "os/threads.hpp"

#include "processes.hpp"
#include "support/skip.hpp"

#include <algorithm>
#include <csignal>
#include <latch>
#include <memory>
#include <set>
#include <stdexcept>
#include <sys/prctl.h>
#include <thread>

namespace procpool::os {

namespace {

/// Returns when all run: AddressSanitizer allows a thread that it is still about to start few calls.
void start_threads(int count)
{
    const auto running = std::make_shared<std::latch>(count + 1);
    for (int i = 0; i != count; ++i)
        std::thread([running] {
            running->count_down();
            for (;;)
                ::pause();
        }).detach();
    running->arrive_and_wait();
}

int name_it(int letter)
{
    const char name[] = {static_cast<char>(letter), '\0'};
    ::prctl(PR_SET_NAME, name);
    return 0;
}

int fail(int error)
{
    return error;
}

/// The names of all threads.
std::multiset<std::string> names()
{
    std::multiset<std::string> found;
    for (const pid_t thread : thread_ids()) {
        std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/comm");
        std::string name;
        std::getline(file, name);
        found.insert(name);
    }
    return found;
}

template <class Body>
bool throws(Body body)
{
    try {
        body();
        return false;
    } catch (const std::exception&) {
        return true;
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_threads, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_step_is_done_once_by_every_thread)
{
    if (procpool::test::is_thread_sanitized)
        return procpool::test::skip("ThreadSanitizer's own thread blocks all signals");
    const auto child = test::fork_child([] {
        start_threads(7);
        on_every_thread(name_it, 'x');
        const auto named = names();
        return named.size() >= 8 && named.count("x") == named.size();
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(each_thread_is_visited_once)
{
    const auto child = test::fork_child([] {
        start_threads(7);
        std::multiset<pid_t> visited;
        for_each_thread([&](pid_t thread) { visited.insert(thread); });
        return std::ranges::all_of(thread_ids(), [&](pid_t thread) { return visited.count(thread) == 1; });
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(the_signal_is_given_back)
{
    if (procpool::test::is_thread_sanitized)
        return procpool::test::skip("ThreadSanitizer's own thread blocks all signals");
    const auto child = test::fork_child([] {
        start_threads(1);
        on_every_thread(name_it, 'x');
        struct sigaction action {};
        ::sigaction(SIGRTMAX, nullptr, &action);
        return action.sa_handler == SIG_DFL;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(an_error_of_a_step_is_thrown)
{
    if (procpool::test::is_thread_sanitized)
        return procpool::test::skip("ThreadSanitizer's own thread blocks all signals");
    BOOST_CHECK_EXCEPTION(on_every_thread(fail, EPERM), std::system_error,
                          [](const auto& error) { return error.code() == std::errc::operation_not_permitted; });
}

BOOST_AUTO_TEST_CASE(a_process_that_handles_every_real_time_signal_is_refused)
{
    const auto child = test::fork_child([] {
        for (int number = SIGRTMIN; number <= SIGRTMAX; ++number)
            std::signal(number, SIG_IGN);
        return throws([] { on_every_thread(name_it, 'x'); });
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
