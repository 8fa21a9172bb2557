// SPDX-License-Identifier: BSL-1.0
#include "process/live_processes.hpp"

#include "os/per_process.hpp"
#include "process/process_state.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>

namespace procpool::detail {
namespace {

void end_all();

struct registry {
    std::mutex mutex;
    std::vector<std::weak_ptr<process_state>> processes;

    registry() { std::atexit(end_all); } // once more in a forked copy: the second call finds nothing left
};

constinit os::per_process<registry> the_registry;

std::vector<process_ptr> alive_in(registry& all)
{
    std::vector<process_ptr> alive;
    std::erase_if(all.processes, [&alive](const auto& each) {
        auto state = each.lock();
        if (!state || !state->is_original() || !state->is_alive())
            return true;
        alive.push_back(std::move(state));
        return false;
    });
    return alive;
}

void end_all()
{
    auto left = live_processes();
    for (const auto& each : left)
        each->begin_end();
    std::ranges::partition(left, [](const auto& each) { return each->options().daemon; });
    const auto grace = std::chrono::steady_clock::now() + process_state::grace_of_daemons;
    for (const auto& each : left)
        each->finish_end(grace);
}

} // namespace

void add_live_process(const process_ptr& started)
{
    auto& all = the_registry.get();
    const std::scoped_lock lock(all.mutex);
    if (all.processes.size() == all.processes.capacity()) // so that those that are gone do not gather
        std::erase_if(all.processes, [](const auto& each) { return each.expired(); });
    all.processes.push_back(started);
}

std::vector<process_ptr> live_processes()
{
    auto* const all = the_registry.find();
    if (!all)
        return {};
    const std::scoped_lock lock(all->mutex);
    return alive_in(*all);
}

} // namespace procpool::detail
