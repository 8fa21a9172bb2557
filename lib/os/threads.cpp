// SPDX-License-Identifier: BSL-1.0
#include "os/threads.hpp"

#include "os/futex.hpp"
#include "os/kernel_text.hpp"
#include "os/system_error.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace procpool::os {

namespace {

constexpr const char* tasks = "/proc/self/task";

// What the handler is to do, and what came of it.
std::atomic<thread_step> current_step;
std::atomic<int> current_argument;
std::atomic<int> first_error;
std::atomic<std::uint32_t> steps_done;

void run_step()
{
    int none = 0;
    first_error.compare_exchange_strong(none, current_step.load()(current_argument));
}

void on_signal(int)
{
    const int error = errno;
    run_step();
    steps_done.fetch_add(1);
    wake_all(steps_done);
    errno = error;
}

/// A real-time signal with the default disposition is nobody's.
int unused_signal()
{
    for (int number = SIGRTMAX; number >= SIGRTMIN; --number) {
        struct sigaction action {};
        if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_DFL)
            return number;
    }
    throw std::runtime_error("every real-time signal has a handler, and one is needed to reach all threads");
}

/// Handles a signal with on_signal while it lives.
class borrowed_signal {
public:
    borrowed_signal() : number_(unused_signal())
    {
        struct sigaction action {};
        action.sa_handler = on_signal;
        action.sa_flags = SA_RESTART;
        ::sigaction(number_, &action, nullptr);
    }
    borrowed_signal(const borrowed_signal&) = delete;
    borrowed_signal& operator=(const borrowed_signal&) = delete;
    ~borrowed_signal() { std::signal(number_, SIG_DFL); }

    int number() const noexcept { return number_; }

private:
    int number_;
};

std::string path_of(pid_t thread)
{
    return std::string(tasks) + '/' + std::to_string(thread);
}

bool is_blocked(pid_t thread, int signal)
{
    const std::string status = contents_of(path_of(thread) + "/status");
    const auto mask = value_of(status, "SigBlk:");
    return mask && (number_in(*mask, 16).value_or(0) >> (signal - 1) & 1) != 0;
}

bool is_alive(pid_t thread)
{
    return std::filesystem::exists(path_of(thread));
}

[[noreturn]] void refuse(pid_t thread)
{
    throw std::runtime_error("thread " + std::to_string(thread) +
                             " of the worker blocks all signals and cannot be reached: let it start later, or block "
                             "fewer signals there");
}

void signal_and_wait(pid_t thread, int signal)
{
    using clock = std::chrono::steady_clock;
    const auto patience = clock::now() + std::chrono::seconds(1); // a thread that starts blocks all signals at first
    const std::uint32_t before = steps_done;
    if (::syscall(SYS_tgkill, ::getpid(), thread, signal) != 0)
        return; // it has ended
    while (steps_done == before && is_alive(thread)) {
        if (clock::now() > patience && is_blocked(thread, signal))
            refuse(thread);
        wait_while(steps_done, before, clock::now() + std::chrono::milliseconds(10));
    }
}

} // namespace

std::vector<pid_t> thread_ids()
{
    std::vector<pid_t> ids;
    for (const auto& entry : std::filesystem::directory_iterator(tasks))
        ids.push_back(number_in<pid_t>(entry.path().filename().native()).value_or(0));
    return ids;
}

void for_each_thread(const std::function<void(pid_t)>& body)
{
    std::vector<pid_t> done;
    for (bool found = true; found;) {
        found = false;
        for (const pid_t thread : thread_ids()) {
            if (std::ranges::find(done, thread) != done.end())
                continue;
            body(thread);
            done.push_back(thread);
            found = true;
        }
    }
}

void on_every_thread(thread_step step, int argument)
{
    current_step = step;
    current_argument = argument;
    first_error = 0;
    const borrowed_signal signal;
    const auto self = static_cast<pid_t>(::syscall(SYS_gettid));
    for_each_thread([&](pid_t thread) {
        if (thread != self)
            signal_and_wait(thread, signal.number());
    });
    run_step(); // last: it may close /proc to this thread
    if (first_error != 0)
        throw std::system_error(first_error, std::system_category(), "a thread of the worker could not be restricted");
}

} // namespace procpool::os
