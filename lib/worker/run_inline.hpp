// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/message.hpp"

#include <procpool/detail/call.hpp>

#include <cstdint>
#include <utility>

namespace procpool::worker {

/// Runs a call that this very process has encoded, here. The bytes of its result, or of what was thrown and true.
/// `notice_of`: what is known of a module that a call refers to.
std::pair<detail::byte_buffer, bool> run_inline(const detail::call& made,
                                                wire::module_notice (*notice_of)(std::uint32_t)) noexcept;

} // namespace procpool::worker
