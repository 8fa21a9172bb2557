// SPDX-License-Identifier: BSL-1.0
// A fork server's part: the workers that are forked from it.
#include "worker/forking.hpp"

#include "os/descriptor_passing.hpp"
#include "os/fork_sibling.hpp"
#include "os/lifeline.hpp"
#include "os/process_mark.hpp"
#include "os/process_title.hpp"
#include "os/session.hpp"
#include "os/tape.hpp"
#include "os/this_process.hpp"
#include "os/threads.hpp"
#include "wire/worker_start.hpp"
#include "worker/crash_handler.hpp"
#include "worker/output_marks.hpp"
#include "worker/warm_up.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <span>
#include <stdexcept>
#include <vector>

namespace procpool::worker {
namespace {

std::vector<int>& queues_of_the_server()
{
    static std::vector<int> tapes;
    return tapes;
}

// What waits in a buffer would be written again by each worker.
void flush_streams()
{
    std::cout.flush();
    std::clog.flush();
    std::fflush(nullptr);
}

void take_channel(const std::vector<os::descriptor>& given, const wire::channel_notice& notice)
{
    const os::descriptor* next = given.data();
    for (int number = wire::tasks_descriptor; number <= wire::memory_descriptor; ++number)
        os::assign(number, *next++);
    if (notice.has_out)
        os::assign(stdout_descriptor, *next++);
    if (notice.has_err)
        os::assign(stderr_descriptor, *next++);
}

std::size_t expected(const wire::channel_notice& notice)
{
    return wire::memory_descriptor - wire::tasks_descriptor + 1 + std::size_t{notice.has_out} + notice.has_err;
}

os::mapping begin_worker(const std::string& title)
{
    if (os::arm_lifeline(wire::lifeline_descriptor))
        os::exit_now(EXIT_SUCCESS);       // the parent is gone
    os::make_own(queues_of_the_server()); // now: a sandbox may not let it open files
    os::set_process_title(title);
    os::mapping page(wire::page_descriptor, sizeof(wire::control_page));
    record_crashes(*reinterpret_cast<wire::control_page*>(page.data()));
    return page;
}

} // namespace

void prepare_to_fork()
{
    if (os::thread_ids().size() != 1)
        throw std::runtime_error("workers cannot be forked from a process that has threads, and the initializer, or "
                                 "main before run_if_worker(), has started some: start them in a task, or use "
                                 "start_method::spawn");
    if (!os::can_fork_sibling())
        throw std::runtime_error("workers cannot be forked, because this kernel was built without "
                                 "CONFIG_CHECKPOINT_RESTORE: use start_method::spawn");
    os::prepare_process_title();
    queues_of_the_server() = os::open_queue_tapes();
    warm_up();
    flush_streams();
}

std::optional<os::mapping> fork_worker(wire::fork_outcome& outcome, std::uint64_t number, const std::string& title)
{
    wire::channel_notice notice;
    const auto received =
        os::receive_descriptors(wire::memory_descriptor, std::as_writable_bytes(std::span(&notice, 1)));
    const auto& given = received.files;
    outcome.pid = 0;
    outcome.error = EMFILE; // the one reason why what was sent cannot be received: see link::why_not_forked()
    outcome.worker = number;
    if (!received.are_all || given.empty() || notice.worker != number || given.size() != expected(notice))
        return {};
    const pid_t child = os::fork_sibling(outcome.pid);
    if (child < 0)
        outcome.error = errno;
    if (child != 0)
        return {};
    os::accept_forked_copy();
    os::lead_own_session();
    os::apply_nice_to_session();
    take_channel(given, notice);
    return begin_worker(title);
}

} // namespace procpool::worker
