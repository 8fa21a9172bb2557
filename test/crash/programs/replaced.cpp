// SPDX-License-Identifier: BSL-1.0
// A program whose file goes away or becomes another one while its pool runs: replaced delete|replace
#include <procpool.hpp>

#include <boost/asio/use_future.hpp>

#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>
#include <unistd.h>

namespace {

int pid_of_worker()
{
    return ::getpid();
}

void replace_own_file(std::string_view how)
{
    const auto file = std::filesystem::read_symlink("/proc/self/exe");
    std::filesystem::remove(file);
    if (how == "replace") {
        std::ofstream(file) << "#!/bin/sh\nexit 1\n";
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
}

} // namespace

int main(int, char* argv[])
{
    procpool::run_if_worker();
    procpool::pool pool({.workers = 1});
    const int before = pool.async_submit(pid_of_worker).get();
    replace_own_file(argv[1]);
    pool.async_submit([] { std::abort(); }).async_wait(boost::asio::use_future).get();
    const int after = pool.async_submit(pid_of_worker).get();
    std::cout << (before != after ? "a new worker has started" : "the worker is the same") << '\n';
}
