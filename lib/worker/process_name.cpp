// SPDX-License-Identifier: BSL-1.0
#include "worker/process_name.hpp"

#include "leaky_singleton.hpp"
#include "os/this_process.hpp"

#include <procpool/this_process.hpp>

namespace procpool {
namespace {

struct process_name {
    std::string text = "main-process";
};

constinit leaky_singleton<process_name> own_name; // static objects may ask for it

} // namespace

void worker::set_process_name(std::string name)
{
    own_name.get().text = std::move(name);
}

const std::string& this_process::name() noexcept
{
    return own_name.get().text;
}

pid_t this_process::pid() noexcept
{
    return os::process_id();
}

pid_t this_process::parent_pid() noexcept
{
    return os::parent_process_id();
}

std::size_t cpu_count()
{
    return os::usable_cpus();
}

} // namespace procpool
