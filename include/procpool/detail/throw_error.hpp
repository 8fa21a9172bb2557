// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>
#include <procpool/error.hpp>

#include <exception>
#include <string>

namespace procpool::detail {

/// A boost::system::system_error whose what() is the sentence alone. The constructors of that class append the
/// category's message and the code, which would say everything twice.
PROCPOOL_DECL boost::system::system_error error_with(boost::system::error_code code, const std::string& sentence);

/// The same, thrown.
[[noreturn]] PROCPOOL_DECL void throw_error(errc code, const std::string& sentence);

/// The same, for a handler.
PROCPOOL_DECL std::exception_ptr make_error(errc code, const std::string& sentence);

} // namespace procpool::detail
