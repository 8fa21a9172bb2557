// SPDX-License-Identifier: BSL-1.0
// Everything below record_crashes' call runs in a signal's handler: no lock, no memory, nothing that may throw.
#include "worker/crash_handler.hpp"

#include "os/crash_signals.hpp"
#include "os/memory_use.hpp"
#include "os/modules.hpp"
#include "os/stack_walk.hpp"
#include "os/this_process.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace procpool::worker {
namespace {

wire::crash_record* the_record = nullptr;
const char* program_path = "";
std::array<std::uintptr_t, wire::crash_record::most_modules> bases; // of the modules that are noted

void copy_path(std::array<char, 256>& to, const char* path) noexcept
{
    const std::size_t size = std::min(std::strlen(path), to.size() - 1);
    std::memcpy(to.data(), path, size);
    to[size] = '\0';
}

void describe(wire::crash_record::module& to, const os::mapped_module& module) noexcept
{
    copy_path(to.path, *module.path == '\0' ? program_path : module.path);
    to.id_size = std::min(module.id.size(), to.id.size());
    std::memcpy(to.id.data(), module.id.data(), to.id_size);
}

/// Its number in the record, from 1; 0 when there is no room for another.
std::uint64_t number_of(const os::mapped_module& module) noexcept
{
    auto& record = *the_record;
    const auto* const known = bases.begin() + record.module_count;
    const auto* const found = std::find(bases.cbegin(), known, module.base);
    if (found == bases.cend())
        return 0;
    if (found == known) {
        bases[record.module_count] = module.base;
        describe(record.modules[record.module_count], module);
        ++record.module_count;
    }
    return static_cast<std::uint64_t>(found - bases.cbegin()) + 1;
}

/// A frame counts when it is complete: the next one may not be reached.
bool note_frame(std::uintptr_t address) noexcept
{
    auto& record = *the_record;
    if (record.frame_count == record.frames.size())
        return false;
    auto& frame = record.frames[record.frame_count];
    frame.address = address;
    if (const auto module = os::mapped_module_at(address)) {
        frame.offset = address - module->base;
        frame.module = number_of(*module);
    }
    std::atomic_signal_fence(std::memory_order_release);
    ++record.frame_count;
    return true;
}

void note_crash(const siginfo_t& info, void* context) noexcept
{
    auto& record = *the_record;
    record.code = info.si_code;
    record.fault_address = reinterpret_cast<std::uintptr_t>(info.si_addr);
    record.stack_pointer = os::stack_pointer_of(context);
    record.signal = info.si_signo;
    os::walk_interrupted_stack(context, note_frame);
    record.peak_memory_kib = os::peak_memory_kib();
}

} // namespace

void record_crashes(wire::control_page& page)
{
    static const std::string path = os::executable_path();
    program_path = path.c_str();
    the_record = &page.crash;
    page.max_rss_at_start_kib = os::max_rss_kib();
    os::prepare_stack_walk();
    os::give_last_words(note_crash);
}

} // namespace procpool::worker
