// SPDX-License-Identifier: BSL-1.0
#include "worker/run_call.hpp"

#include "worker/named_tasks.hpp"

#include <procpool/codec.hpp>
#include <procpool/detail/trampoline.hpp>

namespace procpool::worker {
namespace {

void run_named(reader& from, writer& to)
{
    const auto name = decode<std::string>(from);
    const auto signature = decode<std::string>(from);
    named_task(name, signature)(from, to);
}

} // namespace

void run_call(std::span<const std::byte> call, std::vector<std::byte>& result)
{
    reader from(call);
    writer to(result);
    const auto code = detail::read_code(from);
    if (code.module == detail::named_module)
        return run_named(from, to);
    reinterpret_cast<detail::trampoline>(const_cast<void*>(detail::resolve_code(code)))(from, to);
}

} // namespace procpool::worker
