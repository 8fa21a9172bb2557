// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/live_groups.hpp"
#include "os/child.hpp"
#include "os/control_group.hpp"
#include "os/pipe.hpp"
#include "os/process_mark.hpp"
#include "os/spawn.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/v2/process.hpp>

#include <optional>

namespace procpool::link {

/// One worker's process, owned by Boost.Process: nobody else waits for it. The process is watched by a second
/// descriptor of its pidfd, because Boost.Process reaps inside its own wait before any handler of ours could run; then
/// its number could belong to somebody else when we signal its group.
class child_process {
public:
    /// Takes over a started child with its lifeline, and its control group if it has one of its own. When it throws,
    /// the child is still the caller's.
    child_process(const boost::asio::any_io_executor& executor, os::spawned&& child, os::pipe_ends lifeline,
                  std::optional<os::control_group> cgroup, live_groups& groups);
    /// Kills the group and reaps, if end() was not called. In a forked copy of the host it does nothing.
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    pid_t pid() const noexcept { return pid_; }
    /// Calls handler(error_code) when the process has ended and is still unreaped, or, rarely, when it has not ended:
    /// ask has_ended(), and call this again.
    template <class Handler>
    void async_exit(Handler handler)
    {
        if (os::is_held_by_tracer(pidfd_.native_handle())) { // readable at once, for as long as that lasts
            tracer_timer_.expires_after(std::chrono::milliseconds(10));
            tracer_timer_.async_wait(std::move(handler));
        } else {
            pidfd_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(handler));
        }
    }
    bool has_ended() noexcept { return os::has_ended(pidfd_.native_handle()); }
    /// SIGKILL to the process and its group. Returns whether this process may signal them; else it goes through the
    /// lifeline.
    bool kill() noexcept;
    /// SIGTERM to the process and its group; where this process may not send it, as kill().
    bool terminate() noexcept;
    /// The one place where a worker ends: kills what is left of its group while its number is still reserved by the
    /// zombie, reads its status, and lets Boost.Process reap it, which cannot block now. Empty status: the kernel kept
    /// none, because the host ignores SIGCHLD, or the host has reaped it; then nothing was signalled by number.
    std::optional<os::child_exit> end();
    /// What live_groups::kill_all() has done to it. When it has ended.
    live_groups::ending ended_with_all() const noexcept { return ended_with_all_; }

private:
    os::child_group group() noexcept;

    const os::process_mark mark_;
    live_groups& groups_;
    pid_t pid_;
    boost::process::v2::basic_process<boost::asio::any_io_executor> process_;
    boost::asio::posix::stream_descriptor pidfd_;
    boost::asio::steady_timer tracer_timer_;
    os::pipe_ends lifeline_;
    std::optional<os::control_group> cgroup_; // what is in there is killed with it
    bool ended_ = false;
    live_groups::ending ended_with_all_{};
};

} // namespace procpool::link
