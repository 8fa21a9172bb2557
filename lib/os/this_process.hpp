// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace procpool::os {

/// CPUs that this process may use: the affinity mask, limited by the cgroup's CPU quota (v2 cpu.max, v1 cfs quota),
/// rounded up. At least 1.
std::size_t usable_cpus();

/// The soft limit of open files (RLIMIT_NOFILE).
std::size_t descriptor_limit() noexcept;

/// Whether this process is a copy made by fork(), however forked, of the one that called this first. Reads one byte of
/// memory that the kernel wipes in a copy (MADV_WIPEONFORK): cheap enough for every call of the API.
/// Throws std::system_error when the first call finds no memory; later calls never throw.
bool is_forked_copy();

/// From now on this process, which is such a copy, counts as the original.
void accept_forked_copy();

/// How many processes on the way from the first one to this were such copies that came to count as originals. Unlike a
/// pid, it is never that of a parent.
unsigned accepted_copies() noexcept;

/// Names the calling thread, cut to 15 bytes; ps and top show the main thread's as that of the process.
void set_thread_name(const std::string& name) noexcept;

/// The path of this program's file, without the kernel's " (deleted)" when it is gone or was replaced. Asked
/// of /proc at the first call, because a worker's sandbox may close /proc later.
std::string executable_path();

/// A path that leads to this program's file also when that is gone or was replaced, and in every process.
std::string own_program();

/// The name of this program: the last part of its path.
std::string program_name();

/// The number of this process, and that of its parent; 0 where that is outside of this process's pid namespace.
pid_t process_id() noexcept;
pid_t parent_process_id() noexcept;

/// Nanoseconds of CLOCK_MONOTONIC: the same clock in parent and worker.
std::uint64_t now_ns() noexcept;

/// 64 random bits from the kernel. Throws std::system_error where getrandom(2) is forbidden.
std::uint64_t random_bits();

/// Marks a descriptor close-on-exec, so that programs that a task starts do not inherit it.
void close_on_exec(int fd) noexcept;

/// Makes the calling process the leader of a process group of its own.
void lead_own_group() noexcept;

/// Whether the descriptor number is open.
bool is_open(int fd) noexcept;

/// Blocks every signal on the calling thread: the pool's own thread must not run the host's signal handlers. Those that
/// report a fault of the thread itself (SIGSEGV, SIGABRT, ...) stay open: blocked, they would end the program without
/// the host's crash handler.
void block_all_signals() noexcept;

/// Leaves without running atexit handlers or static destructors, which belong to the parent's copy.
[[noreturn]] void exit_now(int code) noexcept;

} // namespace procpool::os
