// SPDX-License-Identifier: BSL-1.0
#include "link/child_process.hpp"

#include "os/pipe.hpp"

#include <csignal>

namespace procpool::link {

child_process::child_process(const boost::asio::any_io_executor& executor, os::spawned&& child,
                             std::optional<os::control_group> cgroup, live_groups& groups)
    : groups_(groups),
      pid_(child.pid),
      process_(executor, child.pid, os::duplicate(child.pidfd.get()).release()),
      pidfd_(executor),
      tracer_timer_(executor),
      cgroup_(std::move(cgroup))
{
    pidfd_.assign(child.pidfd.get());
    child.pidfd.release();
    groups_.add(pid_, pidfd_.native_handle());
}

child_process::~child_process()
{
    if (ended_)
        return;
    if (!mark_.is_here()) {
        process_.detach();
        if (cgroup_)
            cgroup_->release();
        return;
    }
    kill();
    groups_.remove(pid_);
    os::wait_until_ended(pidfd_.native_handle()); // Asio has made it non-blocking, so reap() alone would not wait
    os::reap(pidfd_.native_handle());
    process_.detach(); // where the host ignores SIGCHLD, the number may be a stranger's by now
}

void child_process::kill() noexcept
{
    signal(SIGKILL);
}

void child_process::terminate() noexcept
{
    signal(SIGTERM);
}

void child_process::signal(int number) noexcept
{
    os::send_signal(pidfd_.native_handle(), number);
    if (!os::was_discarded(pidfd_.native_handle()))
        os::kill_group(pid_, number);
}

std::optional<os::child_exit> child_process::end()
{
    ended_ = true;
    const auto status = os::peek_exit(pidfd_.native_handle());
    if (status)
        os::kill_group(pid_);
    cgroup_.reset();
    was_killed_with_all_ = groups_.remove(pid_);
    boost::system::error_code ignored;
    if (status) // else the number may be a stranger's, perhaps a child of this process too, which it would wait for
        process_.wait(ignored);
    process_.detach();
    pidfd_.close();
    return status;
}

} // namespace procpool::link
