// SPDX-License-Identifier: BSL-1.0
// No-ops in bursts, by procpool or limit, for programs that count what they cost: count procpool|limit BURST TASKS.
#include "limit/worker.hpp"
#include "pool_on_loop.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

namespace {

void by_procpool(const std::string& program, std::size_t burst_size, std::size_t tasks)
{
    pool_on_loop on({.workers = 2, .executable = program}); // by its path: valgrind's own is behind /proc/self/exe
    for (std::size_t done = 0; done < tasks; done += burst_size)
        on.run_all(burst_size, no_op);
    on.pool.terminate();
    ::_exit(0); // under valgrind nobody tells of the workers' end
}

void by_limit(std::size_t burst_size, std::size_t tasks)
{
    limit::pool pool({.workers = 2});
    for (std::size_t done = 0; done < tasks; done += burst_size) {
        for (std::size_t i = 0; i != burst_size; ++i)
            submit_no_op(pool);
        pool.run();
    }
}

} // namespace

int main(int, char* argv[])
{
    limit::run_if_worker(argv[0]);
    procpool::run_if_worker();
    const std::size_t burst_size = std::stoul(argv[2]);
    const std::size_t tasks = std::stoul(argv[3]);
    if (std::string(argv[1]) == "procpool")
        by_procpool(std::filesystem::canonical(argv[0]), burst_size, tasks);
    else
        by_limit(burst_size, tasks);
}
