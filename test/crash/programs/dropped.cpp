// SPDX-License-Identifier: BSL-1.0
// A host that is started as root, starts workers, becomes an unprivileged user, and then has to end these workers.
//   dropped <case> <mailbox>: says what happened, a line each.
#include "support/processes.hpp"

#include <procpool.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;

constexpr uid_t unprivileged = 65534;

std::string the_mailbox;

void drop_privileges()
{
    if (::setresgid(unprivileged, unprivileged, unprivileged) != 0 ||
        ::setresuid(unprivileged, unprivileged, unprivileged) != 0)
        std::exit(77);
}

void say(const std::string& what)
{
    std::cout << what << std::endl;
}

void tell_and_wait(const std::string& mailbox)
{
    tell(mailbox, ::getpid());
    for (;;)
        ::pause();
}

/// A task: leaves behind another program, which holds nothing of the worker's lifeline, and tells its number.
void start_another_program(const std::string& mailbox)
{
    if (::fork() == 0) {
        tell(mailbox, ::getpid());
        ::execl("/bin/sleep", "sleep", "1000", nullptr);
    }
}

void start_another_in_a_session_of_its_own(const std::string& mailbox)
{
    if (::fork() == 0) {
        ::setsid();
        tell_and_wait(mailbox);
    }
}

/// Receives the number of a process that was started as root.
watched_process next_process()
{
    return watched_process(hear(the_mailbox));
}

void say_whether_it_ends(const watched_process& process)
{
    say(process.ends() ? "ended" : "runs on");
}

procpool::pool_options one_worker(procpool::start_method start, procpool::containment contain = {})
{
    return {.workers = 1, .start = start, .worker = {.contain = contain}};
}

void destroy_an_idle_pool(procpool::start_method start)
{
    {
        procpool::pool pool(one_worker(start));
        pool.async_submit([] {}).get();
        drop_privileges();
    }
    say("destroyed");
}

void destroy_a_busy_pool(procpool::start_method start)
{
    std::optional<watched_process> worker;
    {
        procpool::pool pool(one_worker(start));
        const auto running = pool.async_submit(tell_and_wait, the_mailbox);
        worker.emplace(next_process());
        drop_privileges();
    }
    say_whether_it_ends(*worker);
}

void replace_the_worker_of_a_task_that_timed_out(procpool::start_method start)
{
    procpool::pool pool(one_worker(start));
    auto running = pool.async_submit({.timeout = 50ms, .kill_grace = 1h}, tell_and_wait, the_mailbox);
    const watched_process worker = next_process();
    drop_privileges();
    try {
        running.get();
    } catch (const boost::system::system_error& error) {
        say(error.code() == procpool::errc::timed_out ? "timed out" : error.what());
    }
    say_whether_it_ends(worker);
    say(std::to_string(pool.async_submit([] { return 7; }).get()));
}

void start_as_another_effective_user()
{
    if (::seteuid(unprivileged) != 0)
        std::exit(77);
    {
        procpool::pool pool({.workers = 1});
        say(std::to_string(pool.async_submit([] { return 7; }).get()));
    }
    if (::seteuid(0) != 0) // else LeakSanitizer could not attach to this process
        std::exit(77);
}

void kill_workers()
{
    procpool::pool pool({.workers = 1});
    auto running = pool.async_submit(tell_and_wait, the_mailbox);
    const watched_process worker = next_process();
    drop_privileges();
    pool.kill_workers();
    try {
        running.get();
    } catch (const procpool::worker_crashed& crash) {
        say(crash.status().str());
        say(crash.report().killed_through_lifeline ? "through its lifeline" : "by a signal");
    }
    pool.terminate();
}

void end_what_a_crash_left(procpool::containment contain, void (*start)(const std::string&))
{
    procpool::pool pool(one_worker({}, contain));
    pool.async_submit(start, the_mailbox).get();
    const watched_process left = next_process();
    drop_privileges();
    try {
        pool.async_submit([] { ::raise(SIGABRT); }).get();
    } catch (const procpool::worker_crashed& crash) {
        say(crash.status().str().substr(0, 17));
    }
    say_whether_it_ends(left);
}

void end_a_process(const std::function<void(procpool::process&)>& end)
{
    procpool::process single(tell_and_wait, the_mailbox);
    single.start();
    const watched_process started = next_process();
    drop_privileges();
    end(single);
    single.join();
    say_whether_it_ends(started);
    say(single.exit_status()->str());
}

void send_a_signal(procpool::process& to)
{
    try {
        to.send_signal(SIGUSR1);
    } catch (const boost::system::system_error& error) {
        say(error.code() == boost::system::errc::operation_not_permitted ? "not permitted" : error.what());
    }
    to.kill();
}

void destroy_a_daemon()
{
    std::optional<watched_process> started;
    {
        procpool::process daemon({.daemon = true}, tell_and_wait, the_mailbox);
        daemon.start();
        started.emplace(next_process());
        drop_privileges();
    }
    say_whether_it_ends(*started);
}

using procpool::start_method;

const std::map<std::string, std::function<void()>> cases{
    {"idle", [] { destroy_an_idle_pool(start_method::spawn); }},
    {"busy", [] { destroy_a_busy_pool(start_method::spawn); }},
    {"timeout", [] { replace_the_worker_of_a_task_that_timed_out(start_method::spawn); }},
    {"effective_user", start_as_another_effective_user},
    {"kill_workers", kill_workers},
    {"idle_forked", [] { destroy_an_idle_pool(start_method::forkserver); }},
    {"busy_forked", [] { destroy_a_busy_pool(start_method::forkserver); }},
    {"timeout_forked", [] { replace_the_worker_of_a_task_that_timed_out(start_method::forkserver); }},
    {"crash", [] { end_what_a_crash_left({}, start_another_program); }},
    {"cgroup", [] { end_what_a_crash_left(procpool::containment::cgroup, start_another_in_a_session_of_its_own); }},
    {"kill", [] { end_a_process([](procpool::process& single) { single.kill(); }); }},
    {"terminate", [] { end_a_process([](procpool::process& single) { single.terminate(); }); }},
    {"send_signal", [] { end_a_process(send_a_signal); }},
    {"daemon", destroy_a_daemon},
};

} // namespace

int main(int, char* argv[])
{
    procpool::run_if_worker();
    the_mailbox = argv[2];
    try {
        cases.at(argv[1])();
    } catch (const std::exception& error) {
        say(error.what());
    }
}
