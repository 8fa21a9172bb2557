// SPDX-License-Identifier: BSL-1.0
#include "limit/link.hpp"

#include "limit/worker.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace limit {

namespace {

// More bytes per system call, and fewer of them, for large payloads.
constexpr int pipe_size = 1024 * 1024;

void require(int error, const char* what)
{
    if (error != 0)
        throw std::system_error(error, std::generic_category(), what);
}

struct pipe_ends {
    int read;
    int write;
};

pipe_ends make_pipe()
{
    int ends[2];
    require(::pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
    ::fcntl(ends[0], F_SETPIPE_SZ, pipe_size);
    return {ends[0], ends[1]};
}

// The parent's end only: the flag belongs to the open file description, and each end has its own.
int unblocked(int fd)
{
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

pid_t spawn(int input, int output)
{
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    char* const argv[] = {const_cast<char*>(worker_name), nullptr};
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program_invocation_name, &actions, nullptr, argv, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    require(error, "posix_spawn");
    return pid;
}

} // namespace

link::link()
{
    const pipe_ends tasks = make_pipe();
    const pipe_ends answers = make_pipe();
    pid_ = spawn(tasks.read, answers.write);
    ::close(tasks.read);
    ::close(answers.write);
    task_pipe_ = unblocked(tasks.write);
    answer_pipe_ = unblocked(answers.read);
}

link::~link()
{
    ::close(task_pipe_);
    ::close(answer_pipe_);
    ::waitpid(pid_, nullptr, 0);
}

std::size_t link::write(std::span<const std::byte> bytes)
{
    return static_cast<std::size_t>(std::max<ssize_t>(::write(task_pipe_, bytes.data(), bytes.size()), 0));
}

} // namespace limit
