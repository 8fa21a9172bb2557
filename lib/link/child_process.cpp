// SPDX-License-Identifier: BSL-1.0
#include "link/child_process.hpp"

#include "os/orphans.hpp"

namespace procpool::link {

child_process::child_process(const boost::asio::any_io_executor& executor, os::spawned&& child, os::pipe_ends lifeline,
                             std::optional<os::control_group> cgroup, live_groups& groups)
    : groups_(groups),
      pid_(child.pid),
      process_(executor, child.pid, os::duplicate(child.pidfd.get()).release()),
      pidfd_(executor),
      tracer_timer_(executor),
      lifeline_(std::move(lifeline)),
      cgroup_(std::move(cgroup))
{
    pidfd_.assign(child.pidfd.get());
    child.pidfd.release();
    groups_.add(group());
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
    const bool number_is_its_own = !os::was_discarded(pidfd_.native_handle());
    os::reap(pidfd_.native_handle());
    process_.detach(); // where the host ignores SIGCHLD, the number may be a stranger's by now
    if (number_is_its_own)
        os::reap_orphans(pid_);
}

os::child_group child_process::group() noexcept
{
    return {.leader = pid_, .pidfd = pidfd_.native_handle(), .lifeline = lifeline_.write.get()};
}

bool child_process::kill() noexcept
{
    return os::kill(group());
}

bool child_process::terminate() noexcept
{
    return os::terminate(group());
}

std::optional<os::child_exit> child_process::end()
{
    ended_ = true;
    const auto status = os::peek_exit(pidfd_.native_handle());
    kill(); // what is left of its group
    cgroup_.reset();
    ended_with_all_ = groups_.remove(pid_);
    boost::system::error_code ignored;
    if (status) // else the number may be a stranger's, perhaps a child of this process too, which it would wait for
        process_.wait(ignored);
    process_.detach();
    pidfd_.close();
    if (status)
        os::reap_orphans(pid_);
    return status;
}

} // namespace procpool::link
