// SPDX-License-Identifier: BSL-1.0
#include "worker/named_tasks.hpp"

#include <procpool/detail/throw_error.hpp>

#include <algorithm>
#include <map>

namespace procpool {
namespace {

using signature_and_code = std::map<std::string, detail::bound_trampoline>;

std::map<std::string, signature_and_code>& registered()
{
    static std::map<std::string, signature_and_code> tasks;
    return tasks;
}

} // namespace

void detail::register_named(std::string name, std::string signature, bound_trampoline code)
{
    registered()[std::move(name)].insert_or_assign(std::move(signature), std::move(code));
}

detail::bound_trampoline& worker::named_task(const std::string& name, const std::string& signature)
{
    const auto known = registered().find(name);
    if (known == registered().end())
        detail::throw_error(errc::unknown_task, "the worker program has no task named \"" + name +
                                                    "\": call procpool::register_task(\"" + name +
                                                    "\", ...) in its main before procpool::run_if_worker()");
    const auto exact = known->second.find(signature);
    if (exact == known->second.end())
        detail::throw_error(errc::unknown_task,
                            "the worker program's task named \"" + name +
                                "\" has other parameter or result types than the named_task that was "
                                "submitted: use the registered function's own");
    return exact->second;
}

} // namespace procpool
