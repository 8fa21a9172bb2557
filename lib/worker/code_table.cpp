// SPDX-License-Identifier: BSL-1.0
// The worker's table of the parent's modules: detail::resolve_code.
#include "worker/code_table.hpp"

#include "os/modules.hpp"

#include <procpool/detail/throw_error.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace procpool {
namespace {

struct known_module {
    wire::module_notice notice;
    std::optional<std::uintptr_t> base; // once it was found
};

// Used by the thread that runs the worker's loop alone.
std::vector<known_module>& known_modules()
{
    static std::vector<known_module> modules;
    return modules;
}

[[noreturn]] void refuse(const std::string& path)
{
    if (os::module_named(path))
        detail::throw_error(
            errc::module_mismatch,
            "the worker has loaded another build of " + path +
                " than the program that sent the task: restart the program, or build both from the same source");
    detail::throw_error(errc::module_mismatch,
                        "the worker has not loaded " + path +
                            ", where the task's code lies: link the worker program to it, load it in main before "
                            "procpool::run_if_worker(), or use procpool::named_task");
}

thread_local worker::own_modules::lookup own_notice_of = nullptr;

std::uintptr_t base_of(known_module& known)
{
    if (known.base)
        return *known.base;
    const auto loaded = os::module_with(known.notice.build_id);
    if (!loaded)
        refuse(known.notice.path);
    known.base = loaded->base;
    return *known.base;
}

} // namespace

// A worker that was forked knows already what its fork server was told.
void worker::add_module(wire::module_notice notice)
{
    if (notice.number == known_modules().size())
        known_modules().push_back({std::move(notice), {}});
}

worker::own_modules::own_modules(lookup notice_of) noexcept : before_(std::exchange(own_notice_of, notice_of)) {}

worker::own_modules::~own_modules()
{
    own_notice_of = before_;
}

bool worker::own_modules::are_in_use() noexcept
{
    return own_notice_of != nullptr;
}

const void* detail::resolve_code(code_ref code)
{
    known_module own;
    if (own_notice_of)
        own.notice = own_notice_of(code.module);
    known_module& known = own_notice_of ? own : known_modules().at(code.module);
    return reinterpret_cast<const void*>(base_of(known) + code.offset);
}

} // namespace procpool
