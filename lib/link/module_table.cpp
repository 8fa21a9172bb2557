// SPDX-License-Identifier: BSL-1.0
// The parent's numbering of the modules that tasks refer to: detail::locate_code.
#include "link/module_table.hpp"

#include "leaky_singleton.hpp"
#include "os/modules.hpp"
#include "table_mutex.hpp"

#include <procpool/detail/call.hpp>
#include <procpool/detail/throw_error.hpp>

#include <deque>
#include <stdexcept>
#include <vector>

namespace procpool {
namespace {

constinit leaky_singleton<std::deque<os::module>> host_modules;

os::module module_at(const void* address)
{
    auto found = os::module_of(address);
    if (!found)
        detail::throw_error(
            errc::module_mismatch,
            "a task's code lies in no loaded file: pass a function of the program or of a shared library, "
            "not one that was made at run time");
    if (found->id.empty())
        detail::throw_error(
            errc::module_mismatch,
            found->path +
                " has no build id, by which workers check that they run the same code: link it with -Wl,--build-id");
    return *std::move(found);
}

std::uint64_t number_of(const os::module& wanted)
{
    const std::scoped_lock lock(table_mutex());
    auto& table = host_modules.get();
    for (std::size_t i = 0; i != table.size(); ++i)
        if (table[i].id == wanted.id)
            return i;
    if (table.size() == detail::named_module)
        throw std::length_error("procpool: tasks refer to more modules than a call can number");
    table.push_back(wanted);
    return table.size() - 1;
}

struct numbered_module {
    os::module found;
    std::uint64_t number;
};

// Each thread remembers the few modules that its tasks are in: a function that is passed by its address is looked up
// with every call.
const numbered_module& numbered_module_at(const void* address)
{
    thread_local std::vector<numbered_module> known;
    for (const auto& each : known)
        if (os::is_still_at(each.found, address))
            return each;
    os::module found = module_at(address);
    const std::uint64_t number = number_of(found);
    std::erase_if(known, [&](const auto& each) { return each.number == number; });
    known.push_back({std::move(found), number});
    return known.back();
}

} // namespace

detail::code_ref detail::locate_code(const void* address)
{
    struct located {
        const void* address;
        code_ref at;
    };
    static constinit thread_local located last{}; // in the program itself, which is never unloaded
    if (address == last.address && address)
        return last.at;
    const auto& in = numbered_module_at(address);
    const auto offset = reinterpret_cast<std::uintptr_t>(address) - in.found.base;
    const code_ref at{.module = in.number & 0xffff, .offset = offset & 0xffff'ffff'ffff};
    if (in.found.is_program)
        last = {address, at};
    return at;
}

wire::module_notice link::notice_of(std::uint32_t number)
{
    const std::scoped_lock lock(table_mutex());
    const os::module& known = host_modules.get().at(number);
    return {number, known.path, known.id};
}

} // namespace procpool
