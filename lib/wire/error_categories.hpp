// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/system/error_category.hpp>

#include <string>
#include <system_error>

namespace procpool::wire {

/// Error codes travel as value and category name. The categories of the standard library, Boost.System and this library
/// are known; this adds another one, which must live until the program ends. Thread-safe.
void add_error_category(const boost::system::error_category& category);

/// The standard library's category of that name, or null.
const std::error_category* find_std_category(const std::string& name);

/// The known category of that name; for any other name one that stands for it, has its name, and gives `message` for
/// `value`. Only so many of these are kept: names and messages may come from a hostile worker.
const boost::system::error_category& category_named(const std::string& name, int value, const std::string& message);

} // namespace procpool::wire
