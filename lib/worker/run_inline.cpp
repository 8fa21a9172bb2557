// SPDX-License-Identifier: BSL-1.0
#include "worker/run_inline.hpp"

#include "os/system_error.hpp"
#include "wire/exception_record.hpp"
#include "worker/code_table.hpp"
#include "worker/run_call.hpp"

namespace procpool::worker {
namespace {

constexpr int lowest = 3; // above stdin, stdout and stderr

// As another process would have it: the task may close it, or move it to its end.
os::descriptor received(const detail::attached_descriptor& sent) noexcept
{
    return sent.is_reopened ? os::reopen(sent.fd) : os::duplicate_from(sent.fd, lowest);
}

received_call received(const detail::call& made)
{
    received_call call{.bytes = made.bytes, .attached = made.attached};
    if (!made.descriptors)
        return call;
    for (const auto& each : *made.descriptors) {
        call.descriptors.push_back(received(each));
        if (!call.descriptors.back())
            refuse_descriptors(made.descriptors->size(), os::last_error());
    }
    return call;
}

} // namespace

std::pair<detail::byte_buffer, bool> run_inline(const detail::call& made,
                                                wire::module_notice (*notice_of)(std::uint32_t)) noexcept
try {
    const own_modules here(notice_of);
    detail::byte_buffer result;
    auto whole = run_call(received(made), result);
    return {whole ? std::move(*whole) : std::move(result), false};
} catch (...) {
    return {wire::bounded_exception(std::current_exception()), true};
}

} // namespace procpool::worker
