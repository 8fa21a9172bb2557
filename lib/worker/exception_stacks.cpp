// SPDX-License-Identifier: BSL-1.0
#include "worker/exception_stacks.hpp"

#include "hexadecimal.hpp"
#include "os/modules.hpp"
#include "os/this_process.hpp"

#include <atomic>

namespace procpool::worker {
namespace {

std::atomic<bool> are_wanted = false;
std::string path_of_program; // found before the sandbox closes

stack_frame frame_at(std::uintptr_t address)
{
    stack_frame frame{.address = address};
    if (const auto module = os::mapped_module_at(address)) {
        frame.module = *module->path == '\0' ? path_of_program : module->path;
        frame.offset = address - module->base;
        frame.build_id = detail::hexadecimal(module->id);
    }
    return frame;
}

} // namespace

void want_exception_stacks()
{
    path_of_program = os::executable_path();
    are_wanted = true;
}

bool are_exception_stacks_wanted() noexcept
{
    return are_wanted.load(std::memory_order_relaxed);
}

std::vector<stack_frame> exception_stack() noexcept
try {
    std::vector<stack_frame> stack;
    if (are_exception_stacks_wanted())
        for (const auto address : os::thrown_stack())
            stack.push_back(frame_at(address));
    return stack;
} catch (...) {
    return {};
}

} // namespace procpool::worker
