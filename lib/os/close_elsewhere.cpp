// SPDX-License-Identifier: BSL-1.0
#include "os/close_elsewhere.hpp"

#include "os/descriptor_passing.hpp"
#include "os/this_process.hpp"

#include <atomic>
#include <fcntl.h>
#include <memory>
#include <new>
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

void leave_open(std::vector<descriptor>& files) noexcept
{
    for (auto& each : files)
        static_cast<void>(each.release());
}

// Nothing happens if it is no socket.
void switch_linger_off(const descriptor& file) noexcept
{
    constexpr linger off{};
    ::setsockopt(file.get(), SOL_SOCKET, SO_LINGER, &off, sizeof(off));
}

// What waits in a socket would be closed with it, and what waits in that: the kernel lets sockets be in sockets five
// deep.
void make_harmless(const std::vector<descriptor>& files, int deep)
{
    constexpr int deepest = 8;
    constexpr int most_messages = 1024; // its other end may be open, and go on
    for (const auto& each : files)
        switch_linger_off(each);
    for (const auto& each : files)
        for (int more = most_messages; deep != deepest && more != 0 && has_messages(each.get()); --more) {
            std::byte note{};
            make_harmless(receive_descriptors(each.get(), {&note, 1}).files, deep + 1);
        }
}

void close_all(std::vector<descriptor>& files) noexcept
try {
    make_harmless(files, 0);
    files.clear();
} catch (const std::bad_alloc&) {
    leave_open(files);
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
