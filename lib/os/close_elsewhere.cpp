// SPDX-License-Identifier: BSL-1.0
#include "os/close_elsewhere.hpp"

#include "os/this_process.hpp"

#include <atomic>
#include <fcntl.h>
#include <memory>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>

namespace procpool::os {
namespace {

constexpr int most_threads = 16;
std::atomic<int> threads{0};

bool closes_at_once(const descriptor& file) noexcept
{
    struct stat status {};
    return ::fcntl(file.get(), F_GET_SEALS) >= 0 || (::fstat(file.get(), &status) == 0 && S_ISFIFO(status.st_mode));
}

void close_all(std::vector<descriptor>& files) noexcept
{
    constexpr linger off{};
    for (auto& each : files) {
        ::setsockopt(each.get(), SOL_SOCKET, SO_LINGER, &off, sizeof(off)); // nothing happens if it is none
        each.reset();
    }
}

void leave_open(std::vector<descriptor>& files) noexcept
{
    for (auto& each : files)
        static_cast<void>(each.release());
}

} // namespace

void close_elsewhere(std::vector<descriptor> files) noexcept
{
    std::erase_if(files, closes_at_once);
    if (files.empty())
        return;
    if (threads.fetch_add(1) >= most_threads) {
        threads.fetch_sub(1);
        return leave_open(files);
    }
    std::shared_ptr<std::vector<descriptor>> all;
    try {
        all = std::make_shared<std::vector<descriptor>>();
        all->swap(files);
        std::thread([all] {
            block_all_signals();
            close_all(*all);
            threads.fetch_sub(1);
        }).detach();
    } catch (...) {
        threads.fetch_sub(1);
        leave_open(all ? *all : files);
    }
}

} // namespace procpool::os
