// SPDX-License-Identifier: BSL-1.0
// A host of processes that ends in one way or another: processes WHAT MAILBOX GATE. Its processes tell the mailbox
// their pids. Before it ends, and so does a process that is no daemon, it waits until the gate tells something.
#include "crash/programs/until_killed.hpp"

#include <procpool/process.hpp>
#include <procpool/worker.hpp>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace {

using namespace procpool::test;
using procpool::process;
using paths = std::pair<std::string, std::string>; // of the mailbox and of the gate

void wait(const std::string& mailbox)
{
    tell_pid(mailbox);
    wait_for_ever();
}

void wait_in_silence(const std::string& mailbox)
{
    ::signal(SIGTERM, SIG_IGN);
    wait(mailbox);
}

void pass_gate(const std::string& gate)
{
    std::int32_t told = 0;
    const int fd = ::open(gate.c_str(), O_RDONLY | O_CLOEXEC);
    if (::read(fd, &told, sizeof told) != static_cast<ssize_t>(sizeof told))
        std::abort();
    ::close(fd);
}

void tell_and_pass(const paths& where)
{
    tell_pid(where.first);
    pass_gate(where.second);
}

process started(process made)
{
    made.start();
    return made;
}

// Static, and there before the first of them is started, so that they are there when the program ends its processes.
void have_daemon_and_other(const paths& where)
{
    static process daemon({.daemon = true}, wait, where.first);
    static process other(tell_and_pass, where);
    daemon.start();
    pass_gate(where.second);
    other.start();
}

// A process whose own processes are left when it ends.
void end_with_others(const paths& where)
{
    const process daemon = started(process({.daemon = true}, wait, where.first));
    pass_gate(where.second);
    const process other = started(process(tell_and_pass, where));
    std::exit(5);
}

[[noreturn]] void have_all_kinds(const paths& where)
{
    const process daemon = started(process({.daemon = true}, wait_in_silence, where.first));
    const process stopped = started(process(stop, where.first));
    const process nested = started(process(
        [](const std::string& mailbox) {
            const process inner = started(process(wait_in_silence, mailbox));
            wait(mailbox);
        },
        where.first));
    wait_for_ever();
}

void throw_nested()
{
    try {
        throw std::out_of_range("no such page");
    } catch (...) {
        std::throw_with_nested(std::runtime_error("the book cannot be read"));
    }
}

int run(const std::string& what, const paths& where)
{
    if (what == "killed")
        have_all_kinds(where);
    if (what == "nested") {
        process parent(end_with_others, where);
        parent.start();
        parent.join();
        return *parent.exit_code();
    }
    if (what == "throws") {
        started(process({.name = "reader"}, throw_nested));
        started(process({.name = "counter"}, [] { throw 42; }));
        return 0;
    }
    if (what == "_exit") {
        const process daemon = started(process({.daemon = true}, wait, where.first));
        const process other = started(process(wait, where.first));
        pass_gate(where.second);
        ::_exit(7);
    }
    if (what == "stubborn") {
        static process daemon({.daemon = true}, wait_in_silence, where.first);
        daemon.start();
        pass_gate(where.second);
        return 7;
    }
    have_daemon_and_other(where);
    if (what == "exit")
        std::exit(7);
    return 7;
}

} // namespace

int main(int argc, char* argv[])
{
    const std::string what = argc > 1 ? argv[1] : "";
    if (what != "forgets")
        procpool::run_if_worker();
    try {
        return run(what, {argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : ""});
    } catch (const std::exception& error) {
        std::cout << error.what();
        return 1;
    }
}
