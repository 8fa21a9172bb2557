// SPDX-License-Identifier: BSL-1.0
#include "os/crash_signals.hpp"

#include <atomic>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace procpool::os {
namespace {

constexpr int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
constexpr std::size_t stack_size = std::size_t{64} * 1024;
constexpr long most_seconds = 1;

// For the handlers, which have no other way to get at it.
last_words the_last_words = nullptr;
pid_t speaker = 0;
std::atomic<pid_t> crashed_thread{0};
siginfo_t first_crash{};

void set_disposition(int number, void (*handler)(int, siginfo_t*, void*), int flags) noexcept
{
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    ::sigaction(number, &action, nullptr);
}

void block(int number, int how) noexcept
{
    sigset_t one{};
    ::sigemptyset(&one);
    ::sigaddset(&one, number);
    ::pthread_sigmask(how, &one, nullptr);
}

/// Queues the signal again, with all that the kernel said about it, to the thread that got it. It comes when the
/// handler has returned, so that a core file shows the code that crashed, not the handler.
void die_of(siginfo_t crash, pid_t thread) noexcept
{
    ::signal(crash.si_signo, SIG_DFL);
    block(crash.si_signo, SIG_BLOCK); // until the handler returns
    if (::syscall(SYS_rt_tgsigqueueinfo, ::getpid(), thread, crash.si_signo, &crash) != 0)
        ::syscall(SYS_tgkill, ::getpid(), thread, crash.si_signo);
}

void on_overdue(int, siginfo_t*, void*)
{
    die_of(first_crash, crashed_thread.load());
}

void limit_time() noexcept
{
    set_disposition(SIGALRM, on_overdue, SA_ONSTACK);
    block(SIGALRM, SIG_UNBLOCK);
    const itimerval limit{.it_interval = {}, .it_value = {.tv_sec = most_seconds, .tv_usec = 0}};
    ::setitimer(ITIMER_REAL, &limit, nullptr);
}

void wait_for_the_end() noexcept
{
    for (;;)
        ::pause();
}

void on_crash(int, siginfo_t* info, void* context)
{
    const pid_t self = ::gettid();
    pid_t nobody = 0;
    if (::getpid() != speaker) // it may share memory with the one that was to speak
        return die_of(*info, self);
    if (!crashed_thread.compare_exchange_strong(nobody, self)) {
        if (nobody != self)
            wait_for_the_end();
        return die_of(first_crash, self); // the last words crashed too
    }
    first_crash = *info;
    limit_time();
    the_last_words(*info, context);
    die_of(*info, self);
}

bool is_default(int number) noexcept
{
    struct sigaction present {};
    return ::sigaction(number, nullptr, &present) == 0 && (present.sa_flags & SA_SIGINFO) == 0 &&
           present.sa_handler == SIG_DFL;
}

bool has_signal_stack() noexcept
{
    stack_t present{};
    return ::sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE) == 0;
}

/// Below it lies a page that must not be touched: better the end of the last words than damage to something else.
void make_signal_stack() noexcept
{
    const auto guard = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const memory = ::mmap(nullptr, guard + stack_size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED)
        return; // then a full stack is a crash without last words
    ::mprotect(memory, guard, PROT_NONE);
    stack_t stack{};
    stack.ss_sp = static_cast<std::byte*>(memory) + guard;
    stack.ss_size = stack_size;
    ::sigaltstack(&stack, nullptr);
}

} // namespace

void give_last_words(last_words say) noexcept
{
    the_last_words = say;
    speaker = ::getpid();
    if (!has_signal_stack())
        make_signal_stack();
    for (const int number : crashes)
        if (is_default(number))
            set_disposition(number, on_crash, SA_ONSTACK | SA_NODEFER); // a crash in the handler comes to the handler
}

} // namespace procpool::os
