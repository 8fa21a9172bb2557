// SPDX-License-Identifier: BSL-1.0
#pragma once

/// PROCPOOL_DECL marks what the shared library exports. Everything else is hidden, so that two versions of the library
/// in one program cannot mix their internals. The build defines PROCPOOL_STATIC or PROCPOOL_BUILDING.
#if defined(PROCPOOL_STATIC)
#define PROCPOOL_DECL
#else
#define PROCPOOL_DECL __attribute__((visibility("default")))
#endif

/// Marks a template instance that must stay in the module that uses it: its address says which module that was.
#define PROCPOOL_LOCAL __attribute__((visibility("hidden")))
