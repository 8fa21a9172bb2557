// SPDX-License-Identifier: BSL-1.0
#include "os/start_obstacle.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace procpool::os {
namespace {

std::optional<std::string> obstacle_of_dev_null()
{
    const descriptor opened(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (opened || errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        return {};
    return std::string("/dev/null, which a new process has as its stdin, cannot be opened (") + std::strerror(errno) +
           "): provide it here, for example in the chroot (mknod -m 666 dev/null c 1 3)";
}

std::optional<std::string> obstacle_of_proc(const std::string& program)
{
    if (!program.starts_with("/proc/") || ::access("/proc/self", F_OK) == 0)
        return {};
    return "/proc, through which this program starts itself again, is not mounted here: mount it, for example in the "
           "chroot (mount -t proc proc proc), or name the program's file";
}

/// The kernel reports a missing loader, or a missing interpreter of a script, as if the program itself were missing.
std::optional<std::string> obstacle_of_loader(const std::string& program)
{
    if (::access(program.c_str(), X_OK) != 0)
        return {};
    return "the dynamic loader or interpreter that " + program +
           " needs does not exist here: install it, for example in the chroot (ldd shows it)";
}

} // namespace

std::optional<std::string> start_obstacle(const spawn_request& request, std::error_code error)
{
    if (auto found = obstacle_of_dev_null())
        return found;
    if (auto found = obstacle_of_proc(request.executable))
        return found;
    return error == std::errc::no_such_file_or_directory ? obstacle_of_loader(request.executable) : std::nullopt;
}

} // namespace procpool::os
