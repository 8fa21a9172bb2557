// SPDX-License-Identifier: BSL-1.0
#include "crash/forbidden.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace procpool::test {

namespace {

using path = const std::string&;

int error_of(long result)
{
    return result < 0 ? errno : 0;
}

template <class... Arguments>
int error_of_call(long number, Arguments... arguments)
{
    return error_of(::syscall(number, arguments...));
}

int open_with(path file, int flags)
{
    return error_of(::open(file.c_str(), flags | O_CLOEXEC, 0600));
}

/// A child that should not be there leaves at once, whatever the library thinks of it.
int error_of_fork(long child)
{
    if (child == 0)
        ::_exit(0);
    return error_of(child);
}

int list(path directory)
{
    DIR* const listing = ::opendir(directory.c_str());
    if (listing == nullptr)
        return errno;
    errno = 0;
    ::readdir(listing);
    return errno;
}

int run_program(path)
{
    char* const arguments[] = {const_cast<char*>("true"), nullptr};
    return error_of(::execv("/bin/true", arguments));
}

int spawn_program(path)
{
    char* const arguments[] = {const_cast<char*>("true"), nullptr};
    pid_t child = 0;
    return ::posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environ);
}

int run_shell(path)
{
    return std::system("true") == 0 ? 0 : EPERM;
}

int open_by_openat2(path directory)
{
    open_how how{};
    how.flags = O_WRONLY;
    return error_of_call(SYS_openat2, AT_FDCWD, (directory + "/file").c_str(), &how, sizeof how);
}

int read_the_parents_memory(path)
{
    char byte = 0;
    iovec here{&byte, 1};
    iovec there{&byte, 1};
    return error_of(::process_vm_readv(::getppid(), &here, 1, &there, 1, 0));
}

int set_own_limit(path)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    return error_of(::setrlimit(RLIMIT_CORE, &limit));
}

int set_own_cpus(path)
{
    cpu_set_t set{};
    ::sched_getaffinity(0, sizeof set, &set);
    return error_of(::sched_setaffinity(0, sizeof set, &set));
}

int have_a_signal_sent_to_the_parent(path)
{
    return error_of(::fcntl(STDIN_FILENO, F_SETOWN, ::getppid()));
}

int make_a_terminal_read(path)
{
    return error_of(::ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

#define THING(name, reads_only, ...)                                                                                   \
    {                                                                                                                  \
        name,                                                                                                          \
            [](path directory) -> int {                                                                                \
                (void)directory;                                                                                       \
                return __VA_ARGS__;                                                                                    \
            },                                                                                                         \
            reads_only                                                                                                 \
    }

const forbidden_thing things[] = {
    THING("open for reading", true, open_with(directory + "/file", O_RDONLY)),
    THING("list a directory", true, list(directory)),
    THING("stat", true,
          [&] {
              struct stat s {};
              return error_of(::stat((directory + "/file").c_str(), &s));
          }()),
    THING("access", true, error_of(::access((directory + "/file").c_str(), R_OK))),
    THING("change the directory", true, error_of(::chdir(directory.c_str()))),

    THING("open for writing", false, open_with(directory + "/file", O_WRONLY)),
    THING("open for both", false, open_with(directory + "/file", O_RDWR)),
    THING("make a file", false, open_with(directory + "/new", O_RDONLY | O_CREAT)),
    THING("make a file without a name", false, open_with(directory, O_TMPFILE | O_RDWR)),
    THING("truncate by opening", false, open_with(directory + "/file", O_RDONLY | O_TRUNC)),
    THING("truncate", false, error_of(::truncate((directory + "/file").c_str(), 0))),
    THING("creat", false, error_of(::creat((directory + "/new").c_str(), 0600))),
    THING("openat2", false, open_by_openat2(directory)),
    THING("rename", false, error_of(::rename((directory + "/file").c_str(), (directory + "/new").c_str()))),
    THING("unlink", false, error_of(::unlink((directory + "/file").c_str()))),
    THING("mkdir", false, error_of(::mkdir((directory + "/new").c_str(), 0700))),
    THING("rmdir", false, error_of(::rmdir((directory + "/directory").c_str()))),
    THING("symlink", false, error_of(::symlink("file", (directory + "/new").c_str()))),
    THING("link", false, error_of(::link((directory + "/file").c_str(), (directory + "/new").c_str()))),
    THING("mkfifo", false, error_of(::mkfifo((directory + "/new").c_str(), 0600))),
    THING("chmod", false, error_of(::chmod((directory + "/file").c_str(), 0600))),
    THING("chown", false, error_of(::chown((directory + "/file").c_str(), ::getuid(), ::getgid()))),
    THING("change times", false, error_of(::utimensat(AT_FDCWD, (directory + "/file").c_str(), nullptr, 0))),
    THING("setxattr", false, error_of(::setxattr((directory + "/file").c_str(), "user.x", "x", 1, 0))),
    THING("memfd_create", false, error_of(::memfd_create("x", MFD_CLOEXEC))),
    THING("mount", false, error_of(::mount("none", directory.c_str(), "tmpfs", MS_REMOUNT, nullptr))),
    THING("chroot", false, error_of(::chroot(directory.c_str()))),
    THING("inotify", false, error_of(::inotify_init1(IN_CLOEXEC))),

    THING("TCP socket", false, error_of(::socket(AF_INET, SOCK_STREAM, 0))),
    THING("UDP socket", false, error_of(::socket(AF_INET6, SOCK_DGRAM, 0))),
    THING("Unix socket", false, error_of(::socket(AF_UNIX, SOCK_STREAM, 0))),
    THING("socket pair", false,
          [] {
              int ends[2];
              return error_of(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
          }()),

    THING("exec", false, run_program(directory)),
    THING("fexecve", false, error_of_call(SYS_execveat, -1, "/bin/true", nullptr, nullptr, 0)),
    THING("posix_spawn", false, spawn_program(directory)),
    THING("system", false, run_shell(directory)),
    THING("fork", false, error_of_fork(::fork())),
    THING("clone", false, error_of_fork(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))),
    THING("clone3", false, error_of_call(SYS_clone3, nullptr, 0)),

    THING("signal to the parent", false, error_of(::kill(::getppid(), 0))),
    THING("signal to all", false, error_of(::kill(-1, 0))),
    THING("signal to the group", false, error_of(::kill(0, 0))),
    THING("signal by a pidfd", false, error_of_call(SYS_pidfd_open, ::getppid(), 0)),
    THING("signal of a descriptor", false, have_a_signal_sent_to_the_parent(directory)),
    THING("ptrace", false, error_of(::ptrace(PTRACE_ATTACH, ::getppid(), 0, 0))),
    THING("memory of the parent", false, read_the_parents_memory(directory)),
    THING("descriptors of the parent", false, error_of_call(SYS_pidfd_getfd, -1, 0, 0)),
    THING("type into a terminal", false, make_a_terminal_read(directory)),
    THING("shared memory", false, error_of(::shmget(IPC_PRIVATE, 4096, 0600))),
    THING("semaphores", false, error_of(::semget(IPC_PRIVATE, 1, 0600))),
    THING("message queue", false, error_of(::msgget(IPC_PRIVATE, 0600))),

    THING("set a limit", false, set_own_limit(directory)),
    THING("set the CPUs", false, set_own_cpus(directory)),
    THING("set the nice value", false, error_of(::setpriority(PRIO_PROCESS, 0, 0))),
    THING("setuid", false, error_of(::setuid(::getuid()))),
    THING("new session", false, error_of(::setsid())),
    THING("new namespace", false, error_of(::unshare(CLONE_NEWNS))),
    THING("dumpable", false, error_of(::prctl(PR_SET_DUMPABLE, 1))),
    THING("io_uring", false, error_of_call(SYS_io_uring_setup, 1, nullptr)),
    THING("bpf", false, error_of_call(SYS_bpf, 0, nullptr, 0)),
    THING("perf", false, error_of_call(SYS_perf_event_open, nullptr, 0, -1, -1, 0)),
    THING("userfaultfd", false, error_of_call(SYS_userfaultfd, 0)),
    THING("keys", false, error_of_call(SYS_keyctl, 0, -3, 0)),
};

#undef THING

} // namespace

std::span<const forbidden_thing> forbidden_things()
{
    return things;
}

int attempt(std::size_t index, const std::string& directory)
{
    return things[index].attempt(directory);
}

} // namespace procpool::test
