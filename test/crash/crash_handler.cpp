// SPDX-License-Identifier: BSL-1.0
// own executable: it puts itself into the place of the unwinder and of malloc
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>
#include <unwind.h>

#if defined(__has_feature) // clang
#define HAS_OWN_MALLOC !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define HAS_OWN_MALLOC 1
#endif

namespace {

std::atomic<bool> unwinder_hangs{false};
std::atomic<bool> malloc_hangs{false};

// As one that waits for a lock that the crashed code holds.
void hang_while(const std::atomic<bool>& locked)
{
    while (locked)
        ::pause();
}

void crash_with_the_unwinder_locked(int signal)
{
    unwinder_hangs = true;
    ::raise(signal);
}

[[maybe_unused]] void crash_with_malloc_locked()
{
    malloc_hangs = true;
    std::abort();
}

template <class Future>
procpool::crash_report report_from(Future&& future)
{
    try {
        future.get(std::chrono::seconds(60));
    } catch (const procpool::worker_crashed& crash) {
        return crash.report();
    }
    BOOST_FAIL("the task has not crashed");
    return {};
}

} // namespace

extern "C" __attribute__((visibility("default"))) _Unwind_Reason_Code _Unwind_Backtrace(_Unwind_Trace_Fn visit,
                                                                                        void* state)
{
    hang_while(unwinder_hangs);
    static const auto real = reinterpret_cast<decltype(&_Unwind_Backtrace)>(::dlsym(RTLD_NEXT, "_Unwind_Backtrace"));
    return real(visit, state);
}

#if HAS_OWN_MALLOC
extern "C" void* __libc_malloc(std::size_t size);
extern "C" __attribute__((visibility("default"))) void* malloc(std::size_t size)
{
    hang_while(malloc_hangs);
    return __libc_malloc(size);
}
#endif

BOOST_FIXTURE_TEST_SUITE(crash_crash_handler, procpool::test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_worker_whose_last_words_hang_dies_of_the_signal_that_it_got)
{
    if (procpool::test::is_thread_sanitized)
        return procpool::test::skip("ThreadSanitizer holds the timer's signal back");
    procpool::pool pool({.workers = 1});
    for (const int signal : {SIGSEGV, SIGABRT}) {
        const auto report = report_from(pool.async_submit(crash_with_the_unwinder_locked, signal));
        BOOST_TEST(report.status.signal.value() == signal);
        BOOST_TEST(report.stack.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_crash_under_mallocs_lock_is_reported_in_full)
{
#if HAS_OWN_MALLOC
    procpool::pool pool({.workers = 1});
    const auto report = report_from(pool.async_submit(crash_with_malloc_locked));
    BOOST_TEST(report.stack.size() > 3u);
    BOOST_TEST(report.peak_memory.has_value()); // the last of the last words
#else
    procpool::test::skip("the sanitizer's malloc cannot be replaced");
#endif
}

BOOST_AUTO_TEST_SUITE_END()
