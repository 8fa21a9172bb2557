// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_buffer.hpp>

#include <cstddef>
#include <exception>
#include <span>

namespace procpool::wire {

/// How many exceptions nested in each other travel; the innermost of a longer chain are left out.
inline constexpr std::size_t max_exception_chain = 64;

/// An exception and those nested in it as bytes. Empty when memory for them could not be had.
detail::byte_buffer encode_exception(const std::exception_ptr& exception) noexcept;

/// The same, or, where it has more than max_exception_bytes (frame.hpp), an error that says so.
detail::byte_buffer bounded_exception(const std::exception_ptr& exception) noexcept;

/// A new object for the exception that encode_exception wrote: of its own type when this program knows the type, else
/// task_error. Bytes that make no sense give a system_error with errc::protocol_error, an exception whose own codec
/// fails one with errc::not_serializable.
std::exception_ptr decode_exception(std::span<const std::byte> bytes) noexcept;

} // namespace procpool::wire
