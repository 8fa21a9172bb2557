// SPDX-License-Identifier: BSL-1.0
// own executable
// Hosts that are started in unusual ways or places: in a bare chroot, through the dynamic loader, with stderr closed.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <iostream>
#include <link.h>
#include <sched.h>
#include <set>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
namespace fs = std::filesystem;

int seven()
{
    return 7;
}

/// What becomes of a task and of a process.
std::string task_in(procpool::pool_options options)
{
    try {
        procpool::pool pool(std::move(options));
        return std::to_string(pool.async_submit(seven).get());
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::string process_here()
{
    try {
        procpool::process one([] { std::exit(7); });
        one.start();
        one.join();
        return std::to_string(*one.exit_code());
    } catch (const std::exception& error) {
        return error.what();
    }
}

bool contains(const std::string& text, const std::string& part)
{
    const bool is_there = text.find(part) != std::string::npos;
    if (!is_there)
        std::cerr << "\"" << part << "\" is not in \"" << text << "\"\n";
    return is_there;
}

/// Runs body in a copy of this process; returns its exit code.
int in_a_copy(const std::function<int()>& body)
{
    std::cout.flush(); // else the copy would write it again
    const pid_t copy = ::fork();
    if (copy == 0) {
        ::alarm(60);
        ::_exit(body());
    }
    int status = -1;
    ::waitpid(copy, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The folders of the libraries that this program has loaded, of which Boost's need not be the system's.
std::set<fs::path> library_folders()
{
    std::set<fs::path> folders;
    const auto add = [](dl_phdr_info* info, std::size_t, void* to) {
        const fs::path library = info->dlpi_name;
        if (library.is_absolute())
            static_cast<std::set<fs::path>*>(to)->insert(library.parent_path());
        return 0;
    };
    ::dl_iterate_phdr(add, &folders);
    return folders;
}

constexpr int cannot_run = 77;

/// A root directory with this program and its libraries, and with nothing else but what is asked for. Only in a copy of
/// the process: it moves there.
class bare_root {
public:
    explicit bare_root(const fs::path& at) : at_(at)
    {
        const fs::path program = fs::read_symlink("/proc/self/exe");
        const bool is_private =
            ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        if (!is_private)
            ::_exit(cannot_run);
        for (const char* each : {"/usr", "/lib", "/lib64"})
            if (fs::exists(each))
                bind(each);
        for (const fs::path& each : library_folders())
            bind(each);
        bind(program.parent_path());
    }
    void bind(const fs::path& source) const
    {
        const fs::path target = at_ / source.relative_path();
        fs::create_directories(target);
        if (::mount(source.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
            ::_exit(cannot_run);
    }
    void add_dev_null() const
    {
        fs::create_directories(at_ / "dev");
        if (::mknod((at_ / "dev/null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)) != 0)
            ::_exit(cannot_run);
    }
    void enter() const
    {
        if (::chroot(at_.c_str()) != 0 || ::chdir("/") != 0)
            ::_exit(cannot_run);
    }

private:
    fs::path at_;
};

/// Runs body in a copy of this process, with a bare root directory.
void in_a_bare_root(const std::function<bool(const bare_root&)>& body)
{
    const temporary_directory directory;
    const int code = in_a_copy([&] { return body(bare_root(directory.path())) ? 0 : 1; });
    if (code == cannot_run)
        return skip("only root can make a chroot with mounts of its own");
    BOOST_TEST(code == 0);
}

std::string loader()
{
    for (const char* path : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"})
        if (fs::exists(path))
            return path;
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_surroundings, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_chroot_without_proc_is_named_and_another_program_can_be_used_there) // before /proc was asked
{
    const std::string program = fs::read_symlink("/proc/self/exe").string();
    in_a_bare_root([&](const bare_root& root) {
        root.add_dev_null();
        root.enter();
        return contains(task_in({.workers = 1}),
                        "/proc, through which this program starts itself again, is not mounted") &&
               contains(process_here(), "is not mounted") && task_in({.workers = 1, .executable = program}) == "7";
    });
}

BOOST_AUTO_TEST_CASE(a_chroot_without_dev_null_is_named)
{
    in_a_bare_root([](const bare_root& root) {
        root.bind("/proc");
        root.enter();
        return contains(task_in({.workers = 1}), "/dev/null, which a new process has as its stdin, cannot be opened") &&
               contains(process_here(), "/dev/null");
    });
}

BOOST_AUTO_TEST_CASE(in_a_chroot_that_has_both_workers_start)
{
    in_a_bare_root([](const bare_root& root) {
        root.bind("/proc");
        root.add_dev_null();
        root.enter();
        return task_in({.workers = 1}) == "7" && process_here() == "7";
    });
}

BOOST_AUTO_TEST_CASE(a_program_that_was_started_through_the_loader_starts_workers)
{
    if (loader().empty())
        return skip("this processor's loader is unknown here");
    const std::string program = fs::read_symlink("/proc/self/exe").string();
    const std::string command = loader() + " " + program + " --run_test='*/tasks_and_processes_run'";
    BOOST_TEST(output_of(command + " > /dev/null 2>&1; echo $?") == "0\n");
}

BOOST_AUTO_TEST_CASE(tasks_and_processes_run)
{
    BOOST_TEST(task_in({.workers = 1}) == "7");
    BOOST_TEST(task_in({.workers = 1, .start = procpool::start_method::forkserver}) == "7");
    BOOST_TEST(process_here() == "7");
}

BOOST_AUTO_TEST_CASE(nothing_is_relayed_into_a_file_that_has_the_number_of_a_closed_stderr)
{
    const temporary_directory directory;
    const fs::path file = directory / "database";
    const int code = in_a_copy([&] {
        ::close(STDERR_FILENO);
        const int number = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        procpool::pool pool({.workers = 1});
        pool.async_submit([] { std::cerr << "a warning" << std::endl; }).get();
        pool.join();
        return number == STDERR_FILENO ? 0 : 1;
    });
    BOOST_TEST(code == 0);
    BOOST_TEST(fs::file_size(file) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
