// SPDX-License-Identifier: BSL-1.0
#include "share/participant_lock.hpp"

#include "os/file_lock.hpp"
#include "os/system_error.hpp"
#include "os/tape.hpp"
#include "os/this_process.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>
#include <thread>

namespace procpool::share {

participant_lock::participant_lock(os::descriptor file) : file_(std::move(file)), copies_(os::accepted_copies()) {}

// Before the mutex, which another thread may have had when the host forked.
void participant_lock::check_original() const
{
    if (!mark_.is_here())
        detail::throw_error(errc::forked_copy,
                            "This queue is a copy made by fork(); use it in the process that made or "
                            "was given it, or pass it as an argument.");
}

void participant_lock::lock()
{
    check_original();
    std::unique_lock threads(threads_);
    make_own();
    os::lock_file(file_.get());
    threads.release();
}

bool participant_lock::try_lock()
{
    check_original();
    std::unique_lock threads(threads_, std::try_to_lock);
    if (!threads)
        return false;
    make_own();
    if (!os::try_lock_file(file_.get()))
        return false;
    threads.release();
    return true;
}

bool participant_lock::try_lock_until(os::deadline until)
{
    constexpr std::chrono::nanoseconds longest_pause = std::chrono::milliseconds(5);
    if (!until) {
        lock();
        return true;
    }
    for (std::chrono::nanoseconds pause = std::chrono::microseconds(10); !try_lock();
         pause = std::min(2 * pause, longest_pause)) {
        if (std::chrono::steady_clock::now() >= *until)
            return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

void participant_lock::unlock() noexcept
{
    os::unlock_file(file_.get());
    threads_.unlock();
}

// A worker that was forked from a fork server has that one's open file description, in which the lock does not keep the
// two apart.
void participant_lock::make_own()
{
    if (copies_ == os::accepted_copies())
        return;
    if (!os::tapes_are_own()) {
        auto own = os::reopen(file_.get());
        if (!own)
            os::throw_last_error("cannot open the memory of a queue anew in a worker of a fork server");
        file_ = std::move(own);
    }
    copies_ = os::accepted_copies();
}

} // namespace procpool::share
