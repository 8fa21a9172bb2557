// SPDX-License-Identifier: BSL-1.0
#include "soak/order.hpp"

#include "support/ledger.hpp"

#include <procpool/this_task.hpp>

#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace procpool::soak {
namespace {

using clock = std::chrono::steady_clock;

void spin_until(clock::time_point end)
{
    while (clock::now() < end) {
    }
}

[[noreturn]] void crash(std::uint64_t number)
{
    constexpr std::array ways{SIGSEGV, SIGABRT, SIGKILL, SIGTERM};
    if (const auto way = number % (ways.size() + 1); way != ways.size())
        std::raise(ways[way]);
    ::_exit(3);
}

void start_process()
{
    if (::fork() == 0)
        for (;;)
            ::pause();
}

void sleep_until(clock::time_point end, bool may_be_asked)
{
    while (clock::now() < end && !(may_be_asked && this_task::stop_requested()))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void overstay(const order& task, clock::time_point end)
{
    if (task.number % 2 == 0)
        std::signal(SIGTERM, SIG_IGN);
    sleep_until(end, false);
    std::signal(SIGTERM, SIG_DFL);
}

void listen_until(clock::time_point end)
{
    std::mutex mutex;
    std::condition_variable_any asked;
    std::unique_lock lock(mutex);
    asked.wait_until(lock, this_task::stop_token(), end, [] { return false; });
}

void act(const order& task)
{
    const auto end = clock::now() + std::chrono::microseconds(task.micros);
    switch (task.what) {
    case deed::answer:
        return;
    case deed::rest:
        return std::this_thread::sleep_until(end);
    case deed::spin:
        return spin_until(end);
    case deed::print:
        std::fprintf(stderr, "task %llu prints\n", static_cast<unsigned long long>(task.number));
        return;
    case deed::fail:
        throw std::runtime_error(failure_text);
    case deed::brood:
        start_process();
        [[fallthrough]];
    case deed::crash:
        crash(task.number);
    case deed::overstay:
        return overstay(task, end);
    case deed::obey:
        return sleep_until(end, true);
    case deed::listen:
        return listen_until(end);
    }
}

} // namespace

std::uint64_t perform(const order& task)
{
    test::note(task.ledger, task.number);
    act(task);
    return answer_to(task);
}

std::uint64_t answer_to(const order& task)
{
    return std::accumulate(task.load.begin(), task.load.end(), task.number << 20);
}

} // namespace procpool::soak
