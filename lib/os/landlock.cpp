// SPDX-License-Identifier: BSL-1.0
#include "os/landlock.hpp"

#include "os/descriptor.hpp"
#include "os/threads.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace procpool::os {

namespace {

// As in <linux/landlock.h>, which is older than the kernel on most systems.
enum access_right : std::uint64_t {
    execute = 1 << 0,
    write_file = 1 << 1,
    read_file = 1 << 2,
    read_directory = 1 << 3,
    remove_and_make = 0x1ff0, // directories, files, links, devices, sockets, pipes
    refer = 1 << 13,          // version 2: link and rename between directories
    truncate = 1 << 14,       // version 3
};
constexpr std::uint64_t reading = execute | read_file | read_directory;
constexpr std::uint64_t on_files = execute | read_file | write_file | truncate; // all others are for directories
constexpr std::uint64_t bind_and_connect_tcp = 3;

struct ruleset_attributes {
    std::uint64_t handled_files;
    std::uint64_t handled_net; // version 4
};

struct [[gnu::packed]] path_attributes {
    std::uint64_t allowed;
    std::int32_t parent;
};

constexpr unsigned version_flag = 1;
constexpr int path_rule = 1;

long create_ruleset(const ruleset_attributes* attributes, std::size_t size, unsigned flags) noexcept
{
    return ::syscall(SYS_landlock_create_ruleset, attributes, size, flags);
}

std::uint64_t writing(int version) noexcept
{
    return write_file | remove_and_make | (version >= 2 ? +refer : 0) | (version >= 3 ? +truncate : 0);
}

std::uint64_t handled_files(const landlock_rules& rules, int version) noexcept
{
    return (rules.readable ? reading : 0) | (rules.writable ? writing(version) : 0);
}

descriptor make_ruleset(const landlock_rules& rules, int version)
{
    const ruleset_attributes attributes{.handled_files = handled_files(rules, version),
                                        .handled_net = rules.no_tcp ? bind_and_connect_tcp : 0};
    const std::size_t size = version >= landlock_tcp ? sizeof attributes : sizeof attributes.handled_files;
    descriptor ruleset(static_cast<int>(create_ruleset(&attributes, size, 0)));
    if (!ruleset)
        throw std::runtime_error(std::string("the kernel refuses the sandbox's rules for files: ") +
                                 std::strerror(errno));
    return ruleset;
}

[[noreturn]] void refuse(const std::filesystem::path& path)
{
    throw std::runtime_error("the path " + path.string() + " of the sandbox cannot be used: " + std::strerror(errno) +
                             "; correct sandbox_options::readable or writable");
}

void allow(const descriptor& ruleset, const std::filesystem::path& path, std::uint64_t rights)
{
    const descriptor place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (!place || ::fstat(place.get(), &status) != 0)
        refuse(path);
    const path_attributes rule{.allowed = S_ISDIR(status.st_mode) ? rights : rights & on_files, .parent = place.get()};
    if (rule.allowed != 0 && ::syscall(SYS_landlock_add_rule, ruleset.get(), path_rule, &rule, 0) != 0)
        refuse(path);
}

int forbid_here(int)
{
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int restrict_here(int ruleset)
{
    if (const int error = forbid_here(0))
        return error;
    return ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
}

} // namespace

int landlock_version() noexcept
{
    return static_cast<int>(std::max(0L, create_ruleset(nullptr, 0, version_flag)));
}

void restrict_by_landlock(const landlock_rules& rules)
{
    const int version = landlock_version();
    const std::uint64_t files = handled_files(rules, version);
    const descriptor ruleset = make_ruleset(rules, version);
    if (rules.readable)
        for (const auto& path : *rules.readable)
            allow(ruleset, path, reading);
    if (rules.writable)
        for (const auto& path : *rules.writable)
            allow(ruleset, path, files); // reading too, where that is restricted
    on_every_thread(restrict_here, ruleset.get());
}

void forbid_new_privileges()
{
    on_every_thread(forbid_here, 0);
}

} // namespace procpool::os
