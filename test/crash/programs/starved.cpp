// SPDX-License-Identifier: BSL-1.0
// A host that moves into a control group with little memory: starved GROUP. Its task wants more than there is.
#include <procpool.hpp>

#include <fstream>
#include <iostream>
#include <unistd.h>
#include <vector>

namespace {

std::size_t keep_allocating()
{
    constexpr std::size_t mebibyte = 1024 * 1024;
    std::vector<std::vector<char>> kept;
    while (kept.size() != 1024)
        kept.emplace_back(mebibyte, 'x');
    return kept.size();
}

} // namespace

int main(int, char* argv[])
{
    procpool::run_if_worker();
    std::ofstream(std::string(argv[1]) + "/cgroup.procs") << ::getpid();
    procpool::pool pool({.workers = 1});
    try {
        pool.async_submit(keep_allocating).get();
        std::cout << "there was enough\n";
    } catch (const procpool::worker_crashed& crash) {
        std::cout << (crash.report().out_of_memory ? "out of memory\n" : crash.what());
    }
    std::cout << pool.async_submit([] { return 7; }).get() << '\n';
}
