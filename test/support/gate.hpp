// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/processes.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/readable_pipe.hpp>

#include <string>
#include <sys/types.h>

namespace procpool::test {

/// Where tasks say that they run, and wait until the test lets them go on: two named pipes in a folder of its own.
class gate {
public:
    explicit gate(const boost::asio::any_io_executor& executor);
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;
    ~gate();

    /// The argument of hold().
    std::string path() const { return folder_.path().string(); }

    /// The pid of the next worker that has come to the gate.
    boost::asio::awaitable<pid_t> async_next();
    /// The same, blocking: for pools that run on another thread.
    pid_t next();

    /// Lets this many tasks through, now or when they come.
    void open(std::size_t tasks = 1);

private:
    temporary_directory folder_;
    boost::asio::readable_pipe arrivals_;
    int departures_;
};

/// In a task: tells the gate that it runs.
void arrive(const std::string& gate);

/// A task: tells the gate that it runs, waits there, and returns its pid.
pid_t hold(const std::string& gate);

} // namespace procpool::test
