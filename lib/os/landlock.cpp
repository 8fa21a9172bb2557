// SPDX-License-Identifier: BSL-1.0
#include "os/landlock.hpp"

#include "os/descriptor.hpp"
#include "os/threads.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
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
    make_block_device = 1 << 11,
    refer = 1 << 13,    // version 2: link and rename between directories
    truncate = 1 << 14, // version 3
};
constexpr std::uint64_t reading = execute | read_file | read_directory;
constexpr std::uint64_t on_files = execute | read_file | write_file | truncate; // all others are for directories
constexpr std::uint64_t bind_and_connect_tcp = 3;
constexpr std::uint64_t abstract_sockets_and_signals = 3; // of processes without these rules

struct ruleset_attributes {
    std::uint64_t handled_files;
    std::uint64_t handled_net; // version 4
    std::uint64_t scoped;      // version 6
};

struct [[gnu::packed]] path_attributes {
    std::uint64_t allowed;
    std::int32_t parent;
};

constexpr unsigned version_flag = 1;
constexpr unsigned errata_flag = 2;
constexpr long signals_between_threads = 1 << 1; // an erratum that is mended: they were taken for those of others
constexpr int landlock_scopes = 6;               // Linux 6.12
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

bool can_scope(int version) noexcept
{
    const long mended = create_ruleset(nullptr, 0, errata_flag); // -1: the kernel cannot say
    return version >= landlock_scopes && mended > 0 && (mended & signals_between_threads) != 0;
}

std::size_t size_of_attributes(int version) noexcept
{
    return version >= landlock_scopes ? sizeof(ruleset_attributes)
           : version >= landlock_tcp  ? offsetof(ruleset_attributes, scoped)
                                      : offsetof(ruleset_attributes, handled_net);
}

/// There must be something that is handled. A device is what no task makes.
ruleset_attributes attributes_of(const landlock_rules& rules, int version) noexcept
{
    ruleset_attributes all{.handled_files = handled_files(rules, version),
                           .handled_net = rules.no_tcp ? bind_and_connect_tcp : 0,
                           .scoped = 0};
    if (all.handled_files == 0 && all.handled_net == 0)
        all.handled_files = make_block_device;
    if (all.handled_files != 0 && can_scope(version))
        all.scoped = abstract_sockets_and_signals;
    return all;
}

descriptor make_ruleset(const landlock_rules& rules, int version)
{
    const auto attributes = attributes_of(rules, version);
    descriptor ruleset(static_cast<int>(create_ruleset(&attributes, size_of_attributes(version), 0)));
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
