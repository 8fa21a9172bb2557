// SPDX-License-Identifier: BSL-1.0
// A program of somebody else's: runs a task, and catches what the library throws, by type, across its boundary.
#include <procpool.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

int twice(int value)
{
    return 2 * value;
}

void crash()
{
    std::abort();
}

bool a_function_runs()
{
    procpool::pool pool({.workers = 1});
    return pool.async_submit(twice, 21).get() == 42;
}

bool a_crash_is_caught_by_its_type()
{
    procpool::pool pool({.workers = 1});
    try {
        pool.async_submit(crash).get();
    } catch (const procpool::worker_crashed& error) {
        return error.status().signal == SIGABRT;
    }
    return false;
}

bool a_worker_program_runs_named_tasks(const char* program)
{
    procpool::pool pool({.workers = 1, .executable = program});
    return pool.async_submit(procpool::named_task<std::string(std::string)>("greet"), "Ada").get() == "hello Ada";
}

bool said(const char* claim, bool holds)
{
    std::cout << (holds ? "ok: " : "FAILED: ") << claim << '\n';
    return holds;
}

} // namespace

int main(int argc, char** argv)
{
    procpool::run_if_worker();
    if (argc != 2) {
        std::cerr << "usage: consumer WORKER_PROGRAM\n";
        return EXIT_FAILURE;
    }
    bool all = said("a function runs", a_function_runs());
    all = said("a crash is caught by its type", a_crash_is_caught_by_its_type()) && all;
    all = said("a worker program runs named tasks", a_worker_program_runs_named_tasks(argv[1])) && all;
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
