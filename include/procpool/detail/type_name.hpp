// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <string>
#include <typeinfo>

namespace procpool::detail {

/// The name of a type as its author would write it: "std::vector<int, std::allocator<int> >".
PROCPOOL_DECL std::string type_name(const std::type_info& type);

} // namespace procpool::detail
