// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/message.hpp"
#include "worker/run_call.hpp"

#include <functional>

namespace procpool::worker {

/// In a process that was started for one call: takes its name, and applies its limits and its sandbox. Where these
/// cannot be had, says so on stderr and leaves with 1.
void begin_process(const wire::process_settings& settings);

/// Receives the call and runs it, and leaves: with 0, or with 1 after an exception, which it prints to stderr.
[[noreturn]] void run_process(const std::function<received_call()>& receive);

} // namespace procpool::worker
