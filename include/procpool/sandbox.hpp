// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace procpool {

/// Which system calls tasks may make; the others fail with EPERM, as ordinary errors. Calls of other architectures
/// (32 bit, x32) end the worker.
enum class syscall_profile : std::uint8_t {
    all,      ///< All.
    readonly, ///< Memory, time, threads and signals to itself; files may be opened for reading, listed and examined. No
              ///< writing, making, renaming or removing of files, no sockets, no new programs, no new processes. Where
              ///< the kernel has Landlock, each thread gets a signal once, as for `readable`.
    compute,  ///< The same without files: nothing can be opened, listed or examined.
};

/// A part of the sandbox that a kernel, or a build of procpool, may lack.
enum class sandbox_feature : std::uint8_t {
    files,    ///< Landlock: Linux 5.13 for `readable`, 6.2 for `writable`.
    tcp,      ///< seccomp, and procpool built with libseccomp. Landlock of Linux 6.7 adds to it.
    syscalls, ///< seccomp, and procpool built with libseccomp.
};

/// What the tasks of a worker are kept from. Closed when the initializer has run, before the first task, on all threads
/// of the worker, and for good. What was open before stays open. A worker whose sandbox cannot be closed does not start
/// (errc::start_failed). To reach the threads that the initializer started, each gets a signal once, which may
/// interrupt a system call there (EINTR).
///
/// It guards against accidents, and is a second wall against code that was taken over: the CPU, memory and the kernel
/// are still shared. Each of its other members implies no_new_privs. doc/sandbox.md lists what each member covers and
/// what it does not, by kernel version.
struct sandbox_options {
    /// Programs that a task starts gain no rights: set-user-ID bits and file capabilities count for nothing.
    bool no_new_privs = false;
    /// The files, and directories with all below them, that tasks may read, list and execute. Absent: no restriction
    /// of reading; empty: nothing. Relative paths: below this process's directory. Each must exist when a worker
    /// starts. Names and attributes (stat) of other files can still be seen.
    std::optional<std::vector<std::filesystem::path>> readable{};
    /// The same for writing, making, renaming and removing. What is listed here may be read as well. Absent: no
    /// restriction of writing. Empty, where there is seccomp: modes, owners, times and extended attributes cannot be
    /// changed either, and calls of other architectures (32 bit, x32) end the worker.
    std::optional<std::vector<std::filesystem::path>> writable{};
    /// Tasks cannot create TCP sockets (EPERM), MPTCP included, nor use io_uring. Sockets that the initializer created
    /// cannot be bound or connected from Linux 6.7 on (EACCES). Other protocols are not covered; profiles deny all
    /// sockets. Calls of other architectures (32 bit, x32) end the worker.
    bool no_tcp = false;
    /// Which system calls tasks may make.
    syscall_profile syscalls = syscall_profile::all;
    /// What may be left out, in silence, where the kernel or this build of procpool lacks it. All else that is lacking
    /// fails the worker's start.
    std::vector<sandbox_feature> optional{};

    friend bool operator==(const sandbox_options&, const sandbox_options&) = default;
};

} // namespace procpool
