// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mutex>

namespace procpool {

/// Guards the few tables that a forked copy of the process goes on to use: modules, exceptions, error categories, and the
/// C library's own list of modules.
/// fork(3) holds it, so that a copy finds whole tables and a free mutex. No code of the user's runs while it is locked.
std::mutex& table_mutex() noexcept;

} // namespace procpool
