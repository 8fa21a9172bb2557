// SPDX-License-Identifier: BSL-1.0
// own executable
// Hosts that reap all their children, or have the kernel do so: a process may be gone before start() returns.
#include "support/left_behind.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <csignal>
#include <ostream>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace procpool::test;

struct host {
    const char* name;
    int sigchld_flags;
};

std::ostream& operator<<(std::ostream& to, const host& each)
{
    return to << each.name;
}

constexpr host hosts[] = {{"it waits for them", 0}, {"SA_NOCLDWAIT", SA_NOCLDWAIT}};

/// A timer signal is pending whenever a process has just been started, because signals are blocked meanwhile. Its
/// handler returns when no child is left, and then start() goes on.
class reaping {
public:
    explicit reaping(const host& how)
    {
        set_handler(
            SIGCHLD, [](int) {}, how.sigchld_flags);
        set_handler(SIGALRM, reap_all, 0);
        set_timer(200);
    }
    reaping(const reaping&) = delete;
    reaping& operator=(const reaping&) = delete;
    ~reaping()
    {
        set_timer(0);
        ::signal(SIGALRM, SIG_DFL);
        ::signal(SIGCHLD, SIG_DFL);
    }

private:
    static void reap_all(int)
    {
        const int before = errno;
        while (::waitpid(-1, nullptr, 0) > 0) {
        }
        errno = before;
    }
    static void set_handler(int signal, void (*handler)(int), int flags)
    {
        struct sigaction action {};
        action.sa_handler = handler;
        action.sa_flags = flags | SA_RESTART;
        ::sigaction(signal, &action, nullptr);
    }
    static void set_timer(suseconds_t microseconds)
    {
        const itimerval often{.it_interval = {.tv_sec = 0, .tv_usec = microseconds},
                              .it_value = {.tv_sec = 0, .tv_usec = microseconds}};
        ::setitimer(ITIMER_REAL, &often, nullptr);
    }
};

void tell_and_leave(const std::string& mailbox)
{
    tell(mailbox, 1);
    ::_exit(0);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_reaping_host, nothing_left_behind)

BOOST_DATA_TEST_CASE(a_process_that_ran_was_started_and_its_status_is_unknown_at_worst, hosts)
{
    const mailbox ran;
    for (int i = 0; i != 20; ++i) {
        procpool::process single(tell_and_leave, ran.path());
        {
            const reaping children(sample);
            BOOST_CHECK_NO_THROW(single.start());
        }
        BOOST_TEST(single.pid().value_or(0) > 0);
        single.join();
        BOOST_TEST(!single.is_alive());
        BOOST_TEST(single.exit_code().value_or(0) == 0);
        BOOST_TEST(ran.receive() == 1);
        BOOST_TEST(ran.is_empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
