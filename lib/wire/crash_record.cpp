// SPDX-License-Identifier: BSL-1.0
#include "wire/crash_record.hpp"

#include "hexadecimal.hpp"

#include <algorithm>
#include <atomic>

namespace procpool::wire {
namespace {

std::string path_of(const crash_record::module& module)
{
    const auto end = std::ranges::find(module.path, '\0');
    return {module.path.begin(), end};
}

std::string id_of(const crash_record::module& module)
{
    const auto size = std::min<std::size_t>(module.id_size, module.id.size());
    return detail::hexadecimal(std::span(module.id).first(size));
}

last_words::frame frame_of(const crash_record& record, const crash_record::frame& raw)
{
    last_words::frame frame{.address = raw.address, .offset = raw.offset, .module = {}, .build_id = {}};
    const auto known = std::min<std::uint64_t>(record.module_count, record.modules.size());
    if (raw.module == 0 || raw.module > known)
        return frame;
    const auto& module = record.modules[raw.module - 1];
    frame.module = path_of(module);
    frame.build_id = id_of(module);
    return frame;
}

} // namespace

std::optional<last_words> read(const crash_record& shared)
{
    const crash_record record = shared;
    std::atomic_thread_fence(std::memory_order_acquire); // else the compiler may look at what is shared again
    if (record.signal == 0)
        return {};
    last_words said{.signal = record.signal,
                    .code = record.code,
                    .fault_address = record.fault_address,
                    .stack_pointer = record.stack_pointer,
                    .peak_memory_kib = record.peak_memory_kib,
                    .stack = {}};
    const auto count = std::min<std::uint64_t>(record.frame_count, record.frames.size());
    for (std::size_t i = 0; i != count; ++i)
        said.stack.push_back(frame_of(record, record.frames[i]));
    return said;
}

} // namespace procpool::wire
