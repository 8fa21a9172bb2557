// SPDX-License-Identifier: BSL-1.0
#include "worker/run_call.hpp"

#include "worker/named_tasks.hpp"

#include <procpool/detail/chunk.hpp>

namespace procpool::worker {
namespace {

void run_named(detail::decoder& from, detail::encoder& to, std::uint64_t form)
{
    const auto name = from.get<std::string>();
    const auto signature = from.get<std::string>();
    auto& code = named_task(name, signature);
    if (form == detail::named_chunk)
        detail::run_chunk(from, to, code);
    else
        code(from, to);
}

} // namespace

std::optional<detail::byte_buffer> run_call(received_call call, detail::byte_buffer& result)
{
    detail::decoder from(call.bytes, call.attached, call.descriptors);
    detail::encoder to(result);
    const auto code = detail::read_code(from);
    if (code.module == detail::named_module)
        run_named(from, to, code.offset);
    else
        reinterpret_cast<detail::trampoline>(const_cast<void*>(detail::resolve_code(code)))(from, to);
    return to.take_whole();
}

} // namespace procpool::worker
