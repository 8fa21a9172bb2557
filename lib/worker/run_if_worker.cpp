// SPDX-License-Identifier: BSL-1.0
#include <procpool/worker.hpp>

#include "os/lifeline.hpp"
#include "os/scheduling.hpp"
#include "os/session.hpp"
#include "os/this_process.hpp"
#include "wire/worker_start.hpp"
#include "worker/crash_handler.hpp"
#include "worker/identity.hpp"
#include "worker/loop.hpp"
#include "worker/main_guard.hpp"

#include <cstdlib>
#include <exception>

namespace procpool {
namespace {

bool guarded = false; // written by main before there are threads

// Programs that a task starts inherit nothing of the channel, and are no workers.
void close_channel_on_exec()
{
    for (const int fd : wire::channel_descriptors)
        os::close_on_exec(fd);
    unsetenv(wire::nonce_variable);
}

// Nothing may leave this function: behind it lies the host's main, which must not run in a worker.
[[noreturn]] void work(os::mapping page) noexcept
{
    close_channel_on_exec();
    if (os::arm_lifeline(wire::lifeline_descriptor))
        os::exit_now(EXIT_SUCCESS);           // the parent is gone
    os::schedule_as(os::parent_process_id()); // and not as the thread that happened to start it
    os::apply_nice_to_session();
    worker::record_crashes(*reinterpret_cast<wire::control_page*>(page.data()));
    for (;;)
        page = worker::loop(std::move(page)).run();
}

} // namespace

bool worker::main_was_guarded() noexcept
{
    return guarded;
}

void run_if_worker()
{
    guarded = true; // also in a worker: a task may make a pool
    if (auto page = worker::find_control_page())
        work(std::move(*page));
}

} // namespace procpool
