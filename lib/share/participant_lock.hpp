// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/flag.hpp"
#include "os/process_mark.hpp"

#include <mutex>

namespace procpool::share {

/// Keeps the threads of this process, and all other processes, away from what processes share. What a process that is
/// killed had locked is free at once. Can be used with std::unique_lock.
class participant_lock {
public:
    /// `file` has an open file description of its own, which nobody else has.
    explicit participant_lock(os::descriptor file);

    /// All three throw boost::system::system_error with errc::forked_copy in a process that the host forked.
    void lock();
    bool try_lock();
    /// A holder that is stopped may keep it for ever. Looks again after pauses that grow.
    bool try_lock_until(os::deadline until);
    void unlock() noexcept;

    int file() const noexcept { return file_.get(); }

private:
    void check_original() const;
    void make_own();

    const os::process_mark mark_;
    os::descriptor file_;
    unsigned copies_; // os::accepted_copies() of the process that the open file description belongs to
    std::mutex threads_;
};

} // namespace procpool::share
