// SPDX-License-Identifier: BSL-1.0
// A host in the foreground of a terminal that stops background writers (stty tostop), with tasks that use the terminal.
#include <procpool.hpp>

#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace {

const char* ask_in_terminal()
{
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    char answer = 0;
    if (terminal < 0)
        return errno == ENXIO ? "no terminal" : "another error";
    return ::read(terminal, &answer, 1) == 1 ? "an answer" : "no answer";
}

void print(const std::string& asker)
{
    std::cout << asker << ": " << ask_in_terminal() << std::endl;
}

void stop_background_writers()
{
    termios settings{};
    ::tcgetattr(STDIN_FILENO, &settings);
    settings.c_lflag |= TOSTOP;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

void print_in_worker(procpool::pool_options options, const char* asker)
{
    options.workers = 1;
    procpool::pool(std::move(options)).async_submit(print, std::string(asker)).get();
}

} // namespace

int main()
{
    procpool::run_if_worker();
    stop_background_writers();
    print_in_worker({}, "a worker");
    print_in_worker({.start = procpool::start_method::forkserver}, "a forked worker");
    procpool::process single(print, std::string("a process"));
    single.start();
    single.join();
    std::cout << "the host: " << (::open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0 ? "a terminal" : "none") << std::endl;
}
