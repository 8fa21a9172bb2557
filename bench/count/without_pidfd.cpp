// SPDX-License-Identifier: BSL-1.0
// valgrind 3.19 does not know pidfd_open(2). Where it is missing, a descriptor that nothing ever happens to takes its
// place, which does for a program that leaves before its workers end.
#include <cerrno>
#include <cstdarg>
#include <sys/eventfd.h>
#include <sys/syscall.h>

// Names that the linker makes (--wrap=syscall).
extern "C" long __real_syscall(long number, ...); // NOLINT
extern "C" long __wrap_syscall(long number, ...)  // NOLINT
{
    long argument[6];
    va_list given;
    va_start(given, number);
    for (long& each : argument)
        each = va_arg(given, long);
    va_end(given);
    const long result =
        __real_syscall(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
    return number == SYS_pidfd_open && result < 0 && errno == ENOSYS ? ::eventfd(0, EFD_CLOEXEC) : result;
}
