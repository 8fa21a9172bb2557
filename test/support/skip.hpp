// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace procpool::test {

/// Says on stdout that the running case does not apply here, in the form that the names of allowed skips are compared
/// with.
void skip(const std::string& why);

#if defined(__has_feature) // clang; GCC has macros instead
#define PROCPOOL_TEST_HAS(sanitizer) __has_feature(sanitizer)
#else
#define PROCPOOL_TEST_HAS(sanitizer) 0
#endif

#if defined(__SANITIZE_THREAD__) || PROCPOOL_TEST_HAS(thread_sanitizer)
inline constexpr bool is_thread_sanitized = true;
#else
inline constexpr bool is_thread_sanitized = false;
#endif

#if defined(__SANITIZE_ADDRESS__) || PROCPOOL_TEST_HAS(address_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = is_thread_sanitized;
#endif

#undef PROCPOOL_TEST_HAS

} // namespace procpool::test
