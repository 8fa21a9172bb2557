// SPDX-License-Identifier: BSL-1.0
#include "os/spawn.hpp"

#include "os/child.hpp"
#include "os/failing_calls.hpp"
#include "os/host_stream.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace procpool::os {

namespace {

/// What posix_spawn is to do in the child before the exec, in this order. Lists it all before the start, and remembers
/// the first error in doing so.
class recipe {
public:
    recipe() noexcept
    {
        note(::posix_spawn_file_actions_init(&actions_));
        note(::posix_spawnattr_init(&attributes_));
    }
    recipe(const recipe&) = delete;
    recipe& operator=(const recipe&) = delete;
    ~recipe()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    void set_stdin() noexcept;
    void set_output(int stream, int wanted) noexcept;
    void set_descriptors(std::span<const int> sources) noexcept;
    void set_directory(const std::string& directory) noexcept;
    void set_signals_and_session() noexcept;
    failed_call start(const std::string& program, const spawn_request& request, pid_t& pid) const;

private:
    void note(int error) noexcept
    {
        if (error_ == 0)
            error_ = error;
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    int error_ = 0;
};

void recipe::set_stdin() noexcept
{
    note(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
}

void recipe::set_output(int stream, int wanted) noexcept
{
    if (wanted >= 0)
        note(::posix_spawn_file_actions_adddup2(&actions_, wanted, stream));
    else if (wanted == spawn_request::discarded || !is_standard_stream(stream))
        note(::posix_spawn_file_actions_addopen(&actions_, stream, "/dev/null", O_WRONLY, 0));
}

/// The sources lie above all targets: none is overwritten before its turn, and none equals its target, where dup2 would
/// leave close-on-exec set.
void recipe::set_descriptors(std::span<const int> sources) noexcept
{
    int target = spawn_request::first_descriptor;
    for (const int source : sources)
        note(::posix_spawn_file_actions_adddup2(&actions_, source, target++));
    note(::posix_spawn_file_actions_addclosefrom_np(&actions_, target));
}

void recipe::set_directory(const std::string& directory) noexcept
{
    if (!directory.empty())
        note(::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()));
}

/// A host that blocks or ignores signals would pass that on.
void recipe::set_signals_and_session() noexcept
{
    sigset_t none{};
    sigset_t all{};
    ::sigemptyset(&none);
    std::memset(&all, 0xff, sizeof all); // sigfillset omits glibc's own two signals, and the child would ignore them
    note(::posix_spawnattr_setsigmask(&attributes_, &none));
    note(::posix_spawnattr_setsigdefault(&attributes_, &all));
    note(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
}

/// An argv or envp: pointers to the strings, then null. exec does not write to them, whatever its signature says.
std::vector<char*> null_terminated(const std::vector<std::string>& strings)
{
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const std::string& string : strings)
        pointers.push_back(const_cast<char*>(string.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

failed_call recipe::start(const std::string& program, const spawn_request& request, pid_t& pid) const
{
    const std::vector<char*> argv = null_terminated(request.arguments);
    const std::vector<char*> envp = null_terminated(request.environment);
    if (is_to_fail(fault_point::spawn))
        return {"posix_spawn", last_error()};
    const int error =
        error_ != 0 ? error_ : ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv.data(), envp.data());
    return {"posix_spawn", {error, std::system_category()}};
}

/// A relative path means one in the parent's directory, and the child will have left that before the exec.
std::string program_of(const spawn_request& request, std::error_code& error)
{
    return request.directory.empty() ? request.executable
                                     : std::filesystem::absolute(request.executable, error).string();
}

/// The descriptors to pass, numbered above all targets: copies of those that are not.
class lifted_descriptors {
public:
    lifted_descriptors(const spawn_request& request, std::error_code& error)
        : above_(spawn_request::first_descriptor + static_cast<int>(request.descriptors.size()))
    {
        out = lift(request.out, error);
        err = lift(request.err, error);
        channel.reserve(request.descriptors.size());
        for (const int fd : request.descriptors)
            channel.push_back(lift(fd, error));
    }

    int out; ///< As in the request, unless it is a descriptor; likewise:
    int err;
    std::vector<int> channel;

private:
    int lift(int fd, std::error_code& error)
    {
        if (fd < 0 || fd >= above_ || error)
            return fd;
        const descriptor& copy = copies_.emplace_back(duplicate_from(fd, above_));
        if (!copy)
            error = last_error();
        return copy.get();
    }

    int above_;
    std::vector<descriptor> copies_;
};

failed_call start(const spawn_request& request, pid_t& pid)
{
    std::error_code error;
    const std::string program = program_of(request, error);
    if (error)
        return {"getcwd", error};
    const lifted_descriptors sources(request, error);
    if (error)
        return {"fcntl(F_DUPFD_CLOEXEC)", error};
    recipe steps;
    steps.set_stdin();
    steps.set_output(STDOUT_FILENO, sources.out);
    steps.set_output(STDERR_FILENO, sources.err);
    steps.set_descriptors(sources.channel);
    steps.set_directory(request.directory);
    steps.set_signals_and_session();
    return steps.start(program, request, pid);
}

int open_pidfd(pid_t pid) noexcept
{
    return is_to_fail(fault_point::pidfd_open) ? -1 : static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

/// While it is, its number is its own, because nobody has waited for it.
bool is_child(pid_t pid) noexcept
{
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0;
}

/// Stands for a process that is gone: readable, as the pidfd of an ended process is, but waitid(2) and
/// pidfd_send_signal(2) refuse it.
descriptor make_ended_pidfd() noexcept
{
    return descriptor(::eventfd(1, EFD_CLOEXEC));
}

std::string_view name_of(std::string_view entry) noexcept
{
    return entry.substr(0, entry.find('='));
}

} // namespace

failed_call spawn(const spawn_request& request, spawned& child)
{
    descriptor room = make_ended_pidfd(); // before the start: a process that has run cannot be taken back
    if (!room)
        return {"eventfd", last_error()};
    pid_t pid = -1;
    if (const failed_call failed = start(request, pid))
        return failed;
    room.reset();
    const failed_call failed = adopt(pid, child);
    if (failed.error == std::errc::no_such_process) {
        child.pid = pid;
        child.pidfd = make_ended_pidfd();
        return {};
    }
    if (failed)
        kill_and_reap(pid);
    return failed;
}

std::string why_not_started(const failed_call& what)
{
    std::string sentence = str(what);
    if (what.error == std::errc::resource_unavailable_try_again)
        sentence += ", because the limit of processes is reached: raise it (ulimit -u, or pids.max of the control "
                    "group), or use fewer workers";
    if (what.error == std::errc::function_not_supported)
        sentence += ": the kernel (older than Linux 5.11), a seccomp filter, or a tool that runs this program "
                    "(valgrind) does not know this system call; start_method::inline_ starts no processes";
    return sentence;
}

failed_call adopt(pid_t pid, spawned& child)
{
    if (pid <= 0 || !is_child(pid))
        return {"waitid", std::make_error_code(std::errc::no_such_process)};
    descriptor pidfd(open_pidfd(pid));
    if (!pidfd)
        return {"pidfd_open", last_error()};
    child.pid = pid;
    child.pidfd = std::move(pidfd);
    return {};
}

void kill_and_reap(pid_t pid) noexcept
{
    if (pid <= 0 || !is_child(pid))
        return;
    ::kill(pid, SIGKILL); // a forked one may not lead its group yet
    kill_group(pid);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::vector<std::string> environment()
{
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        entries.emplace_back(*entry);
    return entries;
}

std::vector<std::string> with_changes(std::vector<std::string> environment, std::span<const std::string> changes)
{
    for (const std::string& change : changes) {
        std::erase_if(environment, [&](const std::string& entry) { return name_of(entry) == name_of(change); });
        if (change.find('=') != std::string::npos)
            environment.push_back(change);
    }
    return environment;
}

} // namespace procpool::os
