// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/left_behind.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace procpool::test {

/// What is behind each descriptor of this process.
std::map<int, std::string> open_descriptors();

/// The limit for an event that a test waits for: generous, so that a failure is reported and is no hang.
inline constexpr int patience_ms = 60'000;

/// A directory that lives as long as the object.
class temporary_directory {
public:
    temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory();

    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// A named pipe through which processes tell numbers (their pids), so that a test can wait for what they do. A process
/// opens it by its path.
class mailbox {
public:
    mailbox();
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;
    ~mailbox();

    std::string path() const { return (directory_ / "mailbox").string(); }
    /// The next number that somebody has told. Waits for it.
    std::int32_t receive() const;
    bool is_empty() const;

private:
    temporary_directory directory_;
    int fd_;
};

/// Tells a number to the mailbox at that path; for tasks.
void tell(const std::string& mailbox_path, std::int32_t number);
/// Takes a number from the mailbox at that path, and blocks until there is one; for tasks.
std::int32_t hear(const std::string& mailbox_path);

/// A process that may be no child, by a descriptor that cannot come to mean another one.
class watched_process {
public:
    explicit watched_process(pid_t pid);
    watched_process(watched_process&& other) noexcept;
    watched_process& operator=(watched_process&&) = delete;
    ~watched_process();

    bool kill(int signal) const;
    /// Waits for its end; false when patience is at an end.
    bool ends() const;
    bool has_ended() const;

private:
    int pidfd_;
};

/// Starts a program; killed and reaped when the object goes.
class started_program {
public:
    explicit started_program(const std::vector<std::string>& command);
    started_program(const started_program&) = delete;
    started_program& operator=(const started_program&) = delete;
    ~started_program();

    pid_t pid() const { return pid_; }
    /// Its wait status, once it has ended by itself.
    int wait();

private:
    pid_t pid_;
};

/// Uses the processor for a while.
void spin(int turns);

/// A helper program of these tests.
std::string helper_program(const std::string& name);

/// What a shell command prints.
std::string output_of(const std::string& command);

/// Sets the deadline at the first call; false after it.
bool yield_before(std::int64_t& deadline_ns) noexcept;

/// Waits for a condition that no descriptor tells; false when patience is at an end.
template <class Condition>
bool eventually(Condition condition)
{
    for (std::int64_t deadline = 0; !condition();)
        if (!yield_before(deadline))
            return false;
    return true;
}

} // namespace procpool::test
