// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

/// What the tests of sandboxes share.
namespace procpool::test {

namespace fs = std::filesystem;
using paths = std::vector<fs::path>;

inline constexpr long landlock_create_ruleset = 444;

inline bool have_landlock(int version)
{
    const long present = ::syscall(landlock_create_ruleset, nullptr, 0, 1);
    if (present < version)
        skip("this kernel has Landlock's version " + std::to_string(present) + ", and the test needs " +
             std::to_string(version));
    return present >= version;
}

inline procpool::pool_options inside(sandbox_options sandbox)
{
    return {.workers = 1, .worker = {.sandbox = std::move(sandbox)}};
}

inline int error_of(long result)
{
    return result < 0 ? errno : 0;
}

inline int read_file(const std::string& file)
{
    return error_of(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
}

inline int make_socket(int family, int protocol)
{
    return error_of(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

inline int seven()
{
    return 7;
}

inline std::string reason_of_failure(procpool::pool_options options)
{
    try {
        procpool::pool(std::move(options)).async_submit(seven).get();
        return "none";
    } catch (const boost::system::system_error& error) {
        BOOST_TEST((error.code() == procpool::errc::start_failed));
        return error.what();
    }
}

/// Whether this kernel and this build have filters of system calls.
inline bool have_filters()
{
    const auto reason = reason_of_failure(inside({.no_tcp = true}));
    if (reason.find("no seccomp filters or procpool was built without libseccomp") != std::string::npos)
        skip(reason);
    return reason == "none";
}

/// A directory "inside" and one "outside" with a file each, and a link from the one to the other.
struct two_directories : nothing_left_behind {
    temporary_directory directory;
    fs::path in = directory / "inside";
    fs::path out = directory / "outside";

    two_directories()
    {
        for (const auto& each : {in, out}) {
            fs::create_directory(each);
            std::ofstream(each / "file") << "content";
        }
        fs::create_symlink(out / "file", in / "link");
    }
};

} // namespace procpool::test
