// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/message.hpp"

#include <cstdint>

namespace procpool::link {

/// What a worker must be told about module `number` of this process (detail::locate_code numbers them). Thread-safe.
wire::module_notice notice_of(std::uint32_t number);

} // namespace procpool::link
