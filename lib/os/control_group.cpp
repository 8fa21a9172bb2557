// SPDX-License-Identifier: BSL-1.0
#include "os/control_group.hpp"

#include "os/child.hpp"
#include "os/descriptor.hpp"
#include "os/kernel_text.hpp"
#include "os/orphans.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace procpool::os {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

[[noreturn]] fs::path refuse(const std::string& why)
{
    throw std::runtime_error("the worker cannot have a control group of its own, as worker_options::contain says, "
                             "because " +
                             why + "; let this process have a group that it may change (systemd: Delegate=yes), or " +
                             "contain it in another way");
}

/// Where the tree of v2 is mounted.
fs::path mount_of_v2()
{
    const auto mount = cgroup2_mount_in(contents_of("/proc/self/mountinfo"));
    return mount ? *mount : refuse("no cgroup v2 is mounted");
}

/// The group of this process: the line "0::/path".
fs::path own_group()
{
    const std::string groups = contents_of("/proc/self/cgroup");
    const auto group = value_of(groups, "0::/");
    return group ? mount_of_v2() / *group : refuse("this process is in no group of cgroup v2");
}

descriptor open_to_write(const fs::path& file) noexcept
{
    return descriptor(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
}

bool write_to(const descriptor& file, const std::string& text)
{
    return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// The members by pidfd, if this process may come to have to reap them.
std::vector<descriptor> orphans_to_be(const fs::path& group)
{
    std::vector<descriptor> members;
    if (!gets_orphans())
        return members;
    const std::string listed = contents_of(group / "cgroup.procs");
    for (std::string_view lines = listed; const auto member = number_in<pid_t>(take_line(lines));)
        members.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, *member, 0)));
    return members;
}

bool is_populated(const fs::path& group)
{
    return value_of(contents_of(group / "cgroup.events"), "populated 1").has_value();
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

/// The directory, locked: the kernel ends the lock when its last owner has ended. Empty if it is gone, or another has
/// a lock that excludes this one.
descriptor lock_directory(const fs::path& directory, int how) noexcept
{
    descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened && ::flock(opened.get(), how) != 0)
        opened.reset();
    return opened;
}

/// Makes a group and locks it. One who removes abandoned groups may have been faster: then it is made again.
descriptor make_locked(const fs::path& group)
{
    descriptor lock;
    do {
        if (::mkdir(group.c_str(), 0755) != 0)
            refuse(group.string() + " cannot be made (" + std::strerror(errno) + ")");
        lock = lock_directory(group, LOCK_SH);
    } while (::access(group.c_str(), F_OK) != 0);
    return lock;
}

/// The kernel writes blanks, newlines and backslashes of a path in octal: "\\040".
std::string without_escapes(std::string_view path)
{
    constexpr std::size_t digits = 3;
    std::string plain;
    while (!path.empty()) {
        const bool is_escape = path.front() == '\\' && path.size() > digits;
        plain +=
            is_escape ? static_cast<char>(number_in<unsigned>(path.substr(1, digits), 8).value_or('?')) : path.front();
        path.remove_prefix(is_escape ? digits + 1 : 1);
    }
    return plain;
}

} // namespace

// A line: "36 35 0:30 / /sys/fs/cgroup rw,nosuid shared:5 - cgroup2 cgroup2 rw". A dash ends the optional fields.
std::optional<fs::path> cgroup2_mount_in(std::string_view mountinfo)
{
    constexpr int before_place = 4;
    while (!mountinfo.empty()) {
        auto line = take_line(mountinfo);
        for (int field = 0; field != before_place; ++field)
            take_word(line);
        const auto place = take_word(line);
        take_word(line); // its options
        for (auto word = take_word(line); !word.empty() && word != "-"; word = take_word(line)) {
        }
        if (take_word(line) == "cgroup2")
            return without_escapes(place);
    }
    return {};
}

void remove_abandoned_groups(const fs::path& parent)
{
    std::error_code failed;
    for (fs::directory_iterator each(parent, failed), end; !failed && each != end; each.increment(failed)) {
        const bool is_ours = each->path().filename().native().starts_with("procpool-");
        if (is_ours && lock_directory(each->path(), LOCK_EX | LOCK_NB))
            ::rmdir(each->path().c_str()); // fails while somebody is in there
    }
}

control_group::control_group(const std::string& name) : path_(own_group() / name)
{
    static std::atomic<bool> have_looked{false}; // no once_flag: a copy forked meanwhile would wait for ever
    if (!have_looked.exchange(true))
        remove_abandoned_groups(path_.parent_path());
    lock_ = make_locked(path_);
    kill_ = open_to_write(path_ / "cgroup.kill");
    if (!kill_) {
        const int error = errno;
        ::rmdir(path_.c_str());
        refuse(error == ENOENT ? "this kernel cannot kill a group (Linux 5.14 can)"
                               : std::string("cgroup.kill cannot be opened (") + std::strerror(error) + ")");
    }
}

control_group::control_group(control_group&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      lock_(std::move(other.lock_)),
      kill_(std::move(other.kill_))
{
}

control_group::~control_group()
{
    if (path_.empty())
        return;
    const auto orphans = orphans_to_be(path_);
    write_to(kill_, "1");
    wait_until_empty(path_);
    const auto end = std::chrono::steady_clock::now() + 1s;
    for (const auto& each : orphans) // all of them first: one that has ended may still be the child of another
        wait_until_ended(each.get(), end);
    for (const auto& each : orphans)
        if (has_ended(each.get()))
            reap(each.get());
    ::rmdir(path_.c_str());
}

void control_group::add(pid_t process) const
{
    if (!write_to(open_to_write(path_ / "cgroup.procs"), std::to_string(process)))
        refuse("it cannot be moved to " + path_.string() + " (" + std::strerror(errno) + ")");
}

} // namespace procpool::os
