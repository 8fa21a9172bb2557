// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/processes.hpp"

#include <procpool.hpp>

#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <mutex>
#include <string>
#include <unistd.h>
#include <vector>

/// What the tests of workers' output print, and where that goes.
namespace procpool::test {

using strings = std::vector<std::string>;

/// A file for what this process prints.
class host_file {
public:
    host_file() : fd_(::open(path().c_str(), O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600)) {}
    host_file(const host_file&) = delete;
    host_file& operator=(const host_file&) = delete;
    ~host_file() { ::close(fd_); }

    std::string path() const { return directory_ / "printed"; }
    int fd() const { return fd_; }
    std::vector<std::string> lines() const
    {
        std::ifstream file(path());
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);)
            all.push_back(line);
        return all;
    }

private:
    temporary_directory directory_;
    int fd_;
};

/// Lines that a pool has captured. Thread-safe.
class captured_lines {
public:
    void operator()(const output_line& line)
    {
        const std::scoped_lock lock(mutex_);
        lines_.push_back(line);
    }
    std::vector<output_line> all() const
    {
        const std::scoped_lock lock(mutex_);
        return lines_;
    }
    /// Options of a pool that captures both streams into this.
    procpool::pool_options options(std::size_t workers = 1)
    {
        return {.workers = workers,
                .worker = {.stdout_to = output::capture,
                           .stderr_to = output::capture,
                           .on_output = [this](const output_line& line) { (*this)(line); }}};
    }

private:
    mutable std::mutex mutex_;
    std::vector<output_line> lines_;
};

inline int print(const std::string& text)
{
    std::cout << text << std::flush;
    return ::getpid();
}

inline void complain(const std::string& text)
{
    std::cerr << text;
}

inline strings texts_of(const std::vector<output_line>& lines)
{
    strings texts;
    for (const auto& line : lines)
        texts.push_back(line.text);
    return texts;
}

} // namespace procpool::test
