// SPDX-License-Identifier: BSL-1.0
#include "os/control_group.hpp"

#include "os/descriptor.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace procpool::os {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

[[noreturn]] void refuse(const std::string& why)
{
    throw std::runtime_error("the worker cannot have a control group of its own, as worker_options::contain says, "
                             "because " +
                             why + "; let this process have a group that it may change (systemd: Delegate=yes), or " +
                             "contain it in another way");
}

/// Where the tree of v2 is mounted. A line of mountinfo: "36 35 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw".
fs::path mount_of_v2()
{
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" - cgroup2 ") == std::string::npos)
            continue;
        std::istringstream words(line);
        std::string skipped;
        std::string place;
        words >> skipped >> skipped >> skipped >> skipped >> place;
        return place;
    }
    refuse("no cgroup v2 is mounted");
}

/// The group of this process: the line "0::/path".
fs::path own_group()
{
    constexpr std::string_view v2 = "0::/";
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);)
        if (line.starts_with(v2))
            return mount_of_v2() / line.substr(v2.size());
    refuse("this process is in no group of cgroup v2");
}

bool write_to(const fs::path& file, const std::string& text)
{
    const descriptor fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool is_populated(const fs::path& group)
{
    std::ostringstream events;
    events << std::ifstream(group / "cgroup.events").rdbuf();
    return events.str().find("populated 1") != std::string::npos;
}

/// Waits until nobody is in there, or patience is at an end: the kernel tells each change of the file by POLLPRI.
void wait_until_empty(const fs::path& group)
{
    const descriptor events(::open((group / "cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
    const auto end = std::chrono::steady_clock::now() + 1s;
    while (events && is_populated(group) && std::chrono::steady_clock::now() < end) {
        pollfd watched{events.get(), POLLPRI, 0};
        ::poll(&watched, 1, 10); // not for long, because a change before the first poll is not told
    }
}

} // namespace

control_group::control_group(const std::string& name) : path_(own_group() / name)
{
    if (::mkdir(path_.c_str(), 0755) != 0)
        refuse(path_.string() + " cannot be made (" + std::strerror(errno) + ")");
    if (!fs::exists(path_ / "cgroup.kill")) {
        ::rmdir(path_.c_str());
        refuse("this kernel cannot kill a group (Linux 5.14 can)");
    }
}

control_group::control_group(control_group&& other) noexcept : path_(std::exchange(other.path_, {})) {}

control_group::~control_group()
{
    if (path_.empty())
        return;
    write_to(path_ / "cgroup.kill", "1");
    wait_until_empty(path_);
    ::rmdir(path_.c_str());
}

void control_group::add(pid_t process) const
{
    if (!write_to(path_ / "cgroup.procs", std::to_string(process)))
        refuse("it cannot be moved to " + path_.string() + " (" + std::strerror(errno) + ")");
}

} // namespace procpool::os
