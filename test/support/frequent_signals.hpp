// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <csignal>
#include <sys/time.h>

namespace procpool::test {

/// While it lives, a signal interrupts what blocks here every few milliseconds; no more after ten seconds, so that a
/// wait that begins anew with each one ends. One at a time.
class frequent_signals {
public:
    frequent_signals()
    {
        left = 2000;
        struct sigaction action {};
        action.sa_handler = on_signal;
        ::sigaction(SIGALRM, &action, &before_);
        set_interval(5000);
    }
    frequent_signals(const frequent_signals&) = delete;
    frequent_signals& operator=(const frequent_signals&) = delete;
    ~frequent_signals()
    {
        set_interval(0);
        ::sigaction(SIGALRM, &before_, nullptr);
    }

    bool still_arrive() const { return left > 0; }

private:
    static void on_signal(int)
    {
        if (--left <= 0)
            set_interval(0);
    }
    static void set_interval(int microseconds)
    {
        const timeval each{0, microseconds};
        const itimerval timer{each, each};
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }

    static inline std::atomic<int> left = 0; // the handler runs on any thread
    struct sigaction before_ {};
};

} // namespace procpool::test
