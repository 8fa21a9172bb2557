// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/exception_codec.hpp>

#include <optional>
#include <string>
#include <vector>

namespace procpool::wire {

/// The codec of a type by type_name; a name, because what is thrown is often a wrapper around the type that was meant.
std::optional<detail::exception_codec> find_exception_codec_of(const std::string& type_name);

/// The codec that was registered under that name.
std::optional<detail::exception_codec> find_exception_codec(const std::string& name);

/// A type and its codec.
struct exception_entry {
    std::string type_name;
    detail::exception_codec codec;
};

/// The entries of the standard library's types, Boost.System's and this library's own.
std::vector<exception_entry> standard_exceptions();

} // namespace procpool::wire
