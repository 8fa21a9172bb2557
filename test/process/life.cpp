// SPDX-License-Identifier: BSL-1.0
// A process from its start to its exit status.
#include "process/functions.hpp"
#include "support/frequent_signals.hpp"
#include "support/left_behind.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;

bool is_readable(int fd)
{
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, 0) == 1;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_life, nothing_left_behind)

BOOST_AUTO_TEST_CASE(before_its_start_and_while_it_runs_it_has_no_exit_code)
{
    const mailbox pids;
    process one(tell_and_wait, pids.path());
    BOOST_TEST(!one.pid());
    BOOST_TEST(!one.is_alive());
    BOOST_TEST(!one.exit_code());
    BOOST_TEST(one.exit_status()->never_started);
    BOOST_TEST(one.exit_status()->str() == "never started");
    one.start();
    BOOST_TEST(one.pid().value() == pids.receive());
    BOOST_TEST(one.is_alive());
    BOOST_TEST(!one.exit_code());
    BOOST_TEST(!one.exit_status());
    one.kill();
    one.join();
    BOOST_TEST(!one.is_alive());
    BOOST_TEST(one.exit_code().value() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(what_the_function_passes_to_exit_is_the_exit_code)
{
    process leaving([](int code) { std::exit(code); }, 7);
    BOOST_TEST(code_after(leaving) == 7);
}

BOOST_AUTO_TEST_CASE(an_uncaught_exception_gives_exit_code_1)
{
    process throwing({.stderr_to = output::discard}, [] { throw std::runtime_error("no"); });
    process throwing_a_number({.stderr_to = output::discard}, [] { throw 1; });
    BOOST_TEST(code_after(throwing) == 1);
    BOOST_TEST(code_after(throwing_a_number) == 1);
}

BOOST_AUTO_TEST_CASE(a_signal_and_an_exit_code_of_the_same_number_are_not_confused)
{
    process killed([] { std::raise(SIGKILL); });
    process left([] { std::exit(SIGKILL); });
    BOOST_TEST(code_after(killed) == -SIGKILL);
    BOOST_TEST(code_after(left) == SIGKILL);
    BOOST_TEST(killed.exit_status()->signal.value() == SIGKILL);
    BOOST_TEST(!killed.exit_status()->code);
}

BOOST_AUTO_TEST_CASE(terminate_kill_and_send_signal_end_it_by_their_signals)
{
    const mailbox pids;
    process terminated = waiting_process(pids);
    process killed = waiting_process(pids);
    process interrupted = waiting_process(pids);
    terminated.terminate();
    killed.kill();
    interrupted.send_signal(SIGINT);
    for (auto* each : {&terminated, &killed, &interrupted})
        each->join();
    BOOST_TEST(terminated.exit_status()->str() == "killed by SIGTERM");
    BOOST_TEST(killed.exit_status()->str() == "killed by SIGKILL");
    BOOST_TEST(interrupted.exit_status()->str() == "killed by SIGINT");
    terminated.terminate(); // the number may be somebody else's now
    killed.kill();
}

BOOST_AUTO_TEST_CASE(a_stopped_process_is_killed_too)
{
    const mailbox pids;
    process stopped = waiting_process(pids);
    stopped.send_signal(SIGSTOP);
    BOOST_TEST(!stopped.join(0s));
    stopped.kill();
    stopped.join();
    BOOST_TEST(stopped.exit_code().value() == -SIGKILL);
}

BOOST_AUTO_TEST_CASE(what_it_has_started_ends_with_it)
{
    const mailbox pids;
    const mailbox release;
    const auto fork_one = [](const std::string& path, const std::string& gate) {
        if (::fork() == 0) {
            ::close_range(STDERR_FILENO + 1, ~0U, 0); // with the lifeline, the end of which would end it too
            tell_and_wait_in_silence(path);
        }
        hear(gate);
    };
    process forking(fork_one, pids.path(), release.path());
    forking.start();
    const watched_process grandchild(pids.receive());
    BOOST_TEST(!grandchild.has_ended());
    tell(release.path(), 0);
    forking.join();
    BOOST_TEST(grandchild.ends());
}

BOOST_AUTO_TEST_CASE(join_gives_up_at_its_limit_and_the_process_runs_on)
{
    const mailbox pids;
    process one = waiting_process(pids);
    BOOST_TEST(!one.join(0s));
    BOOST_TEST(!one.join(-1s));
    BOOST_TEST(!one.join(2ms));
    BOOST_TEST(one.is_alive());
    one.terminate();
    BOOST_TEST(one.join(std::chrono::hours::max()));
    BOOST_TEST(one.join(0s));
    one.join();
}

BOOST_AUTO_TEST_CASE(its_limits_hold_while_signals_arrive)
{
    const mailbox pids;
    process one = waiting_process(pids);
    auto deaf = std::make_unique<process>(process_options{.daemon = true}, tell_and_wait_in_silence, pids.path());
    deaf->start();
    const watched_process seen(pids.receive());
    {
        const frequent_signals signals;
        BOOST_TEST(!one.join(50ms));
        deaf.reset(); // a second after SIGTERM it is killed
        BOOST_TEST(signals.still_arrive());
    }
    BOOST_TEST(seen.has_ended());
    one.terminate();
}

BOOST_AUTO_TEST_CASE(it_can_be_ended_at_any_moment_of_its_start)
{
    for (int turns = 0; turns < 1'000'000; turns += 20'000) {
        process one([] { ::pause(); });
        one.start();
        spin(turns);
        one.terminate();
        one.join();
        BOOST_TEST(one.exit_code().value() == -SIGTERM);
    }
}

BOOST_AUTO_TEST_CASE(several_threads_may_have_processes)
{
    std::vector<std::thread> threads;
    std::atomic<int> joined = 0;
    for (int i = 0; i != 4; ++i)
        threads.emplace_back([&] {
            for (int code = 0; code != 5; ++code) {
                process one([](int with) { std::exit(with); }, code);
                one.start();
                active_children();
                one.join();
                joined += one.exit_code() == code;
            }
        });
    for (auto& each : threads)
        each.join();
    BOOST_TEST(joined == 20);
}

BOOST_AUTO_TEST_CASE(several_threads_may_join_it)
{
    const mailbox pids;
    process one = waiting_process(pids);
    std::vector<std::thread> threads;
    std::atomic<int> joined = 0;
    for (int i = 0; i != 4; ++i)
        threads.emplace_back([&] {
            one.join();
            joined += one.exit_code() == -SIGTERM;
        });
    one.terminate();
    for (auto& each : threads)
        each.join();
    BOOST_TEST(joined == 4);
}

BOOST_AUTO_TEST_CASE(the_sentinel_is_readable_when_it_has_ended)
{
    const mailbox pids;
    process one = waiting_process(pids);
    const int sentinel = one.sentinel();
    BOOST_TEST(!is_readable(sentinel));
    one.terminate();
    one.join();
    BOOST_TEST(is_readable(sentinel));
    BOOST_TEST(one.sentinel() == sentinel);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
