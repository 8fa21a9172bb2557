// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace procpool::test {

/// Says on stdout that the running case does not apply here, in the form that the names of allowed skips are compared
/// with.
void skip(const std::string& why);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif
#else
inline constexpr bool is_sanitized = false;
#endif

} // namespace procpool::test
