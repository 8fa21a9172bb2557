// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <utility>

namespace procpool::detail {

/// An exception that the library itself makes. The type tells it from an exception of the same class that a task threw:
/// the class does not travel, so what a worker sends arrives as a plain Exception. See outcome_of().
template <class Exception>
class by_pool final : public Exception {
public:
    explicit by_pool(Exception made) : Exception(std::move(made)) {}
};

/// The same exception as an object of its own, if the library made it; else `exception` itself, of which there is only
/// one owner. Null stays null.
std::exception_ptr copy_of(const std::exception_ptr& exception);

} // namespace procpool::detail
