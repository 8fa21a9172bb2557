// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/exception_codec.hpp>

#include <cstddef>
#include <exception>
#include <span>

namespace procpool::wire {

/// How many exceptions nested in each other travel; the innermost of a longer chain are left out.
inline constexpr std::size_t max_exception_chain = 64;

/// Returns an exception, and the exceptions nested in it, as bytes. Empty when there is no memory for them.
/// `limit`: of each text; of data that are several times longer only the size is told. `stack`: where the outermost
/// was thrown; empty when that is unknown.
detail::byte_buffer encode_exception(const std::exception_ptr& exception, const detail::text_limit& limit = {},
                                     const std::vector<stack_frame>& stack = {}) noexcept;

/// Returns an exception as at most max_exception_bytes (frame.hpp), with its texts cut as far as that takes.
detail::byte_buffer bounded_exception(const std::exception_ptr& exception,
                                      const std::vector<stack_frame>& stack = {}) noexcept;

/// A new object for the exception that encode_exception wrote: of its own type when this program knows the type, else
/// task_error. Bytes that make no sense give a system_error with errc::protocol_error, an exception whose own codec
/// fails one with errc::not_serializable.
std::exception_ptr decode_exception(std::span<const std::byte> bytes) noexcept;

} // namespace procpool::wire
