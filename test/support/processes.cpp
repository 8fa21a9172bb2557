// SPDX-License-Identifier: BSL-1.0
#include "support/processes.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace procpool::test {
namespace {

namespace fs = std::filesystem;

int checked(int result, const char* what)
{
    if (result < 0)
        throw std::system_error(errno, std::system_category(), what);
    return result;
}

bool becomes_readable(int fd, int timeout_ms)
{
    pollfd watched{fd, POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&watched, 1, timeout_ms);
    while (ready < 0 && errno == EINTR);
    return ready == 1;
}

std::int32_t read_number(int fd)
{
    std::int32_t number = 0;
    if (::read(fd, &number, sizeof number) != static_cast<ssize_t>(sizeof number))
        throw std::runtime_error("a mailbox held no whole number");
    return number;
}

} // namespace

std::map<int, std::string> open_descriptors()
{
    std::map<int, std::string> open;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code closed; // by another thread meanwhile
        const auto behind = fs::read_symlink(entry, closed);
        if (!closed)
            open[std::stoi(entry.path().filename().string())] = behind.string();
    }
    std::erase_if(open, [](const auto& each) { return each.second.ends_with("/fd"); }); // the iterator's own
    return open;
}

bool yield_before(std::int64_t& deadline_ns) noexcept
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    if (deadline_ns == 0)
        deadline_ns = now + std::int64_t{patience_ms} * 1'000'000;
    std::this_thread::yield();
    return now < deadline_ns;
}

temporary_directory::temporary_directory()
{
    std::string name = (fs::temp_directory_path() / "procpool-XXXXXX").string();
    if (!::mkdtemp(name.data()))
        checked(-1, "mkdtemp");
    path_ = name;
}

temporary_directory::~temporary_directory()
{
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

mailbox::mailbox()
{
    checked(::mkfifo(path().c_str(), 0600), "mkfifo");
    fd_ = checked(::open(path().c_str(), O_RDWR | O_CLOEXEC), "open a mailbox"); // also to write: it never ends
}

mailbox::~mailbox()
{
    ::close(fd_);
}

std::int32_t mailbox::receive() const
{
    if (!becomes_readable(fd_, patience_ms))
        throw std::runtime_error("nobody told the mailbox anything");
    return read_number(fd_);
}

bool mailbox::is_empty() const
{
    return !becomes_readable(fd_, 0);
}

void tell(const std::string& mailbox_path, std::int32_t number)
{
    const int fd = checked(::open(mailbox_path.c_str(), O_WRONLY | O_CLOEXEC), "open a mailbox");
    checked(static_cast<int>(::write(fd, &number, sizeof number)), "write to a mailbox");
    ::close(fd);
}

std::int32_t hear(const std::string& mailbox_path)
{
    const int fd = checked(::open(mailbox_path.c_str(), O_RDONLY | O_CLOEXEC), "open a mailbox");
    const auto number = read_number(fd);
    ::close(fd);
    return number;
}

watched_process::watched_process(pid_t pid)
    : pidfd_(checked(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), "pidfd_open"))
{
}

watched_process::watched_process(watched_process&& other) noexcept : pidfd_(std::exchange(other.pidfd_, -1)) {}

watched_process::~watched_process()
{
    if (pidfd_ >= 0)
        ::close(pidfd_);
}

bool watched_process::kill(int signal) const
{
    return ::syscall(SYS_pidfd_send_signal, pidfd_, signal, nullptr, 0) == 0;
}

bool watched_process::ends() const
{
    return becomes_readable(pidfd_, patience_ms);
}

bool watched_process::has_ended() const
{
    return becomes_readable(pidfd_, 0);
}

started_program::started_program(const std::vector<std::string>& command)
{
    std::vector<char*> argv;
    for (const auto& word : command)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    pid_ = checked(::fork(), "fork");
    if (pid_ == 0) {
        ::execv(argv.front(), argv.data());
        ::_exit(127);
    }
}

started_program::~started_program()
{
    if (pid_ < 0)
        return;
    ::kill(pid_, SIGKILL);
    wait();
}

int started_program::wait()
{
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

void spin(int turns)
{
    volatile int left = turns;
    while (left > 0) {
        const int now = left;
        left = now - 1;
    }
}

std::string helper_program(const std::string& name)
{
    return (fs::read_symlink("/proc/self/exe").parent_path() / "crash_programs" / name).string();
}

std::string output_of(const std::string& command)
{
    std::FILE* pipe = ::popen(command.c_str(), "re");
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
        output.push_back(static_cast<char>(c));
    ::pclose(pipe);
    return output;
}

} // namespace procpool::test
