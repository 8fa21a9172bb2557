// SPDX-License-Identifier: BSL-1.0
// The parent's numbering of the modules that tasks refer to: detail::locate_code.
#include "link/module_table.hpp"

#include "os/modules.hpp"

#include <procpool/detail/call.hpp>
#include <procpool/detail/throw_error.hpp>

#include <deque>
#include <mutex>

namespace procpool {
namespace {

std::mutex table_mutex;

std::deque<os::module>& table()
{
    static auto* modules = new std::deque<os::module>; // never destroyed: static pools use it until the end
    return *modules;
}

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
    const std::scoped_lock lock(table_mutex);
    for (std::size_t i = 0; i != table().size(); ++i)
        if (table()[i].id == wanted.id)
            return i;
    table().push_back(wanted);
    return table().size() - 1;
}

} // namespace

detail::code_ref detail::locate_code(const void* address)
{
    const os::module found = module_at(address);
    return {number_of(found), reinterpret_cast<std::uintptr_t>(address) - found.base};
}

wire::module_notice link::notice_of(std::uint32_t number)
{
    const std::scoped_lock lock(table_mutex);
    const os::module& known = table().at(number);
    return {number, known.path, known.id};
}

} // namespace procpool
