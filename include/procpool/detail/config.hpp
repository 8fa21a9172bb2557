// SPDX-License-Identifier: BSL-1.0
#pragma once

// A compiler that cannot compile this library says so. As a file that is not there, because that ends the compilation;
// hundreds of errors would follow an #error.
#if __cplusplus < 202002L
#include "procpool: this library needs C++20; compile with -std=c++20 or later"
#elif !defined(__cpp_rtti)
#include "procpool: this library needs run-time type information; compile without -fno-rtti"
#endif

/// PROCPOOL_DECL marks what the shared library exports. Everything else is hidden, so that two versions of the library
/// in one program cannot mix their internals. The build defines PROCPOOL_STATIC or PROCPOOL_BUILDING.
#if defined(PROCPOOL_STATIC)
#define PROCPOOL_DECL
#else
#define PROCPOOL_DECL __attribute__((visibility("default")))
#endif

/// Marks a template instance that must stay in the module that uses it: its address says which module that was.
#define PROCPOOL_LOCAL __attribute__((visibility("hidden")))
