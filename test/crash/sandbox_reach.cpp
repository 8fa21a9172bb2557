// SPDX-License-Identifier: BSL-1.0
// What tasks in a sandbox can reach besides files: the network, attributes, other processes, the host's stdout.
#include "crash/sandboxed.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <sys/stat.h>

namespace {

using namespace procpool::test;
using procpool::sandbox_options;

int change_mode(const std::string& file)
{
    return error_of(::chmod(file.c_str(), 0600));
}

int change_times(const std::string& file)
{
    return error_of(::utimensat(AT_FDCWD, file.c_str(), nullptr, 0));
}

std::uint64_t number_of_stdout()
{
    struct stat status {};
    ::fstat(STDOUT_FILENO, &status);
    return status.st_ino;
}

/// Listens on a port of the system's choice, or not.
int bind_socket(int type)
{
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return error_of(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

int early_socket = -1;

int connect_by_tcp(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return error_of(::connect(early_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_sandbox_reach, two_directories)

BOOST_AUTO_TEST_CASE(without_tcp_there_are_no_connections_and_no_ports)
{
    if (!have_filters())
        return;
    constexpr int tcp_of_several_paths = 262; // IPPROTO_MPTCP
    procpool::pool pool(inside({.no_tcp = true}));
    for (const int family : {AF_INET, AF_INET6})
        for (const int protocol : {0, int{IPPROTO_TCP}, tcp_of_several_paths})
            BOOST_TEST(pool.async_submit(make_socket, family, protocol).get() == EPERM);
    BOOST_TEST(pool.async_submit(make_socket, int{AF_SMC}, 0).get() == EPERM);
    BOOST_TEST(pool.async_submit([] { return error_of(::syscall(SYS_io_uring_setup, 1, nullptr)); }).get() == EPERM);
    // as documented: other protocols are not covered
    BOOST_TEST(pool.async_submit(bind_socket, int{SOCK_DGRAM}).get() == 0);
    BOOST_TEST(pool.async_submit(make_socket, int{AF_UNIX}, 0).get() == 0);
    BOOST_TEST(pool.async_submit(read_file, out / "file").get() == 0);
}

BOOST_AUTO_TEST_CASE(a_socket_of_the_initializer_can_be_connected_to_nobody_where_the_kernel_has_rules_for_it)
{
    if (!have_filters() || !have_landlock(4))
        return;
    auto options = inside({.no_tcp = true});
    options.initializer = procpool::task([] { early_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); });
    procpool::pool pool(options);
    BOOST_TEST(pool.async_submit(connect_by_tcp, 9).get() == EACCES);
}

BOOST_AUTO_TEST_CASE(where_nothing_is_writable_nothing_about_a_file_can_be_changed)
{
    if (!have_landlock(3) || !have_filters())
        return;
    procpool::pool pool(inside({.writable = paths{}}));
    BOOST_TEST(pool.async_submit(change_mode, out / "file").get() == EPERM);
    BOOST_TEST(pool.async_submit(change_times, out / "file").get() == EPERM);
    procpool::pool some(inside({.writable = paths{in}}));
    BOOST_TEST(some.async_submit(change_mode, in / "file").get() == 0);
}

BOOST_AUTO_TEST_CASE(what_its_parent_has_open_is_out_of_reach)
{
    if (!have_landlock(3) || !have_filters())
        return;
    const int secret = ::open((out / "file").c_str(), O_RDONLY | O_CLOEXEC);
    const std::string by_proc = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(secret);
    for (const auto& sandbox :
         {sandbox_options{.writable = paths{in}}, {.syscalls = procpool::syscall_profile::readonly}}) {
        procpool::pool pool(inside(sandbox));
        BOOST_TEST(pool.async_submit(read_file, by_proc).get() == EACCES);
        BOOST_TEST(pool.async_submit(read_file, out / "file").get() == 0);
    }
    ::close(secret);
}

BOOST_AUTO_TEST_CASE(nobody_outside_gets_its_signals_where_the_kernel_has_rules_for_it)
{
    if (!have_landlock(7))
        return;
    procpool::pool pool(inside({.readable = paths{in}}));
    BOOST_TEST(pool.async_submit([] { return error_of(::kill(::getppid(), 0)); }).get() == EPERM);
    BOOST_TEST(pool.async_submit([] { return error_of(::kill(::getpid(), 0)); }).get() == 0);
}

BOOST_AUTO_TEST_CASE(stdout_is_not_the_hosts_where_files_or_calls_are_restricted)
{
    if (!have_landlock(1) || !have_filters())
        return;
    for (const auto& sandbox :
         {sandbox_options{.readable = paths{in}}, {.syscalls = procpool::syscall_profile::compute}})
        BOOST_TEST(procpool::pool(inside(sandbox)).async_submit(number_of_stdout).get() != number_of_stdout());
    BOOST_TEST(procpool::pool(inside({.no_new_privs = true})).async_submit(number_of_stdout).get() ==
               number_of_stdout());
}

BOOST_AUTO_TEST_SUITE_END()
