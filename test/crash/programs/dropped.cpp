// SPDX-License-Identifier: BSL-1.0
// A host that is started as root, starts workers, becomes an unprivileged user, and then has to end these workers.
//   dropped <case> <mailbox>: says what happened, a line each.
#include "support/processes.hpp"
#include "support/send_descriptors.hpp"

#include <procpool.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

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

/// While it lives, as many descriptors are on their way as this user may have, so no process of the user can send
/// another (unix(7), ETOOMANYREFS).
class used_up_allowance {
public:
    used_up_allowance()
    {
        const rlimit few{256, 256};
        if (::setrlimit(RLIMIT_NOFILE, &few) != 0 || ::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends_) != 0)
            std::exit(77);
        std::array<std::byte, 1> note{};
        while (send_descriptors(ends_[0], std::array<int, most_descriptors>{}, note)) {
        }
        if (errno != ETOOMANYREFS)
            say("the allowance is not used up");
    }
    used_up_allowance(const used_up_allowance&) = delete;
    used_up_allowance& operator=(const used_up_allowance&) = delete;
    ~used_up_allowance() { end(); }

    void end()
    {
        for (int& each : ends_)
            if (const int fd = std::exchange(each, -1); fd >= 0)
                ::close(fd);
    }

private:
    int ends_[2] = {-1, -1};
};

constexpr auto long_enough_to_fail = 50ms;

void fork_a_worker_as_soon_as_that_is_possible()
{
    std::atomic<int> died = 0;
    procpool::pool pool(
        {.workers = 2, .start = procpool::start_method::forkserver, .on_event = [&](const procpool::event& told) {
             died += told.kind == procpool::event_kind::worker_died;
         }});
    const auto busy = pool.async_submit(tell_and_wait, the_mailbox);
    const watched_process first = next_process();
    drop_privileges();
    used_up_allowance none_left;
    auto second = pool.async_submit([] { return 7; });
    std::this_thread::sleep_for(long_enough_to_fail);
    none_left.end();
    say(std::to_string(second.get()));
    say(std::to_string(died) + " died");
}

int get_from(procpool::queue<int> from)
{
    return from.get();
}

void put_into(procpool::queue<int> to)
{
    to.put(7);
}

void send_a_queue_as_soon_as_that_is_possible()
{
    drop_privileges();
    procpool::pool pool(one_worker({}));
    pool.async_submit([] {}).get();
    procpool::queue<int> items;
    items.put(7);
    used_up_allowance none_left;
    auto item = pool.async_submit(get_from, items);
    std::this_thread::sleep_for(long_enough_to_fail);
    none_left.end();
    say(std::to_string(item.get()));
}

void start_a_process_as_soon_as_that_is_possible()
{
    drop_privileges();
    procpool::queue<int> items;
    procpool::process putter(put_into, items);
    used_up_allowance none_left;
    const std::jthread ending([&] {
        std::this_thread::sleep_for(long_enough_to_fail);
        none_left.end();
    });
    putter.start();
    say(std::to_string(items.get()));
    putter.join();
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
    {"fork_later", fork_a_worker_as_soon_as_that_is_possible},
    {"send_later", send_a_queue_as_soon_as_that_is_possible},
    {"start_later", start_a_process_as_soon_as_that_is_possible},
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
