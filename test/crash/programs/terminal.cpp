// SPDX-License-Identifier: BSL-1.0
// A host in the foreground of a terminal, with a task that would die of SIGINT. The first Ctrl-C begins a shutdown, the
// second one forces it.
#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <unistd.h>

namespace {

void run_for_ever(const std::string& started)
{
    const int fd = ::open(started.c_str(), O_WRONLY | O_CLOEXEC);
    const auto pid = static_cast<std::int32_t>(::getpid());
    static_cast<void>(::write(fd, &pid, sizeof pid));
    ::close(fd);
    for (;;)
        ::pause();
}

void say(const std::string& what)
{
    std::cout << what << std::endl;
}

} // namespace

int main(int, char* argv[])
{
    procpool::run_if_worker();
    boost::asio::io_context context;
    procpool::pool pool(context, {.workers = 1});
    boost::asio::signal_set interrupts(context, SIGINT);
    pool.async_submit(run_for_ever, std::string(argv[1]), [&](const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const procpool::worker_crashed&) {
            say("the worker died");
        } catch (const boost::system::system_error&) {
            say("cut off");
        }
    });
    interrupts.async_wait([&](boost::system::error_code, int) {
        say("first");
        pool.async_shutdown(std::chrono::hours(1), [](boost::system::error_code) { say("shut down"); });
        interrupts.async_wait([&](boost::system::error_code, int) {
            say("second");
            pool.terminate();
        });
    });
    context.run();
    say("the end");
}
