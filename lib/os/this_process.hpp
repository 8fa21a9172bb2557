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

/// Names the calling thread, cut to 15 bytes; ps and top show the main thread's as that of the process.
void set_thread_name(const std::string& name) noexcept;

/// The path of this program's file, without the kernel's " (deleted)" when it is gone or was replaced. Asked
/// of /proc at the first call, because a worker's sandbox may close /proc later. Without /proc it is the path by which
/// the program was started.
std::string executable_path();

/// A path that leads to this program's file also when that is gone or was replaced, and in every process.
std::string own_program();

/// The path by which this process starts this program again: /proc/self/exe, also when the file is gone or was
/// replaced. That leads to the dynamic loader in a program that was started as its argument (ld-linux.so PROGRAM);
/// then it is the path of the program's file.
std::string program_to_start();

/// The name of this program: the last part of its path.
std::string program_name();

/// The number of this process, and that of its parent; 0 where that is outside of this process's pid namespace.
pid_t process_id() noexcept;
pid_t parent_process_id() noexcept;

/// Nanoseconds of CLOCK_MONOTONIC: the same clock in parent and worker.
std::uint64_t now_ns() noexcept;

/// 64 random bits from the kernel. Throws std::system_error where getrandom(2) is forbidden.
std::uint64_t random_bits();

/// Returns whether this program has more rights than the user who started it: it is set-user-ID or has capabilities of
/// its own. It must not believe its environment then.
bool has_more_rights_than_its_caller() noexcept;

/// Marks a descriptor close-on-exec, so that programs that a task starts do not inherit it.
void close_on_exec(int fd) noexcept;

/// Whether the descriptor number is open.
bool is_open(int fd) noexcept;

/// Blocks every signal on the calling thread: the pool's own thread must not run the host's signal handlers. Those that
/// report a fault of the thread itself (SIGSEGV, SIGABRT, ...) stay open: blocked, they would end the program without
/// the host's crash handler.
void block_all_signals() noexcept;

/// Leaves without running atexit handlers or static destructors, which belong to the parent's copy.
[[noreturn]] void exit_now(int code) noexcept;

} // namespace procpool::os
