// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <csignal>

namespace procpool::os {

/// What a dying process does at last: on the thread that crashed, in the signal's handler, so it may call
/// async-signal-safe functions only. `context` is the handler's third argument.
using last_words = void (*)(const siginfo_t& info, void* context) noexcept;

/// Has `say` called when this process crashes by SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS or SIGTRAP, and the
/// calling thread given a stack for that, because its own may be full. Then the process dies of the same signal, so
/// that its status and its core file are what they would have been. It does so after one second at the latest,
/// whatever `say` does, and also when that crashes.
///
/// A signal that has a disposition already keeps it: a sanitizer's, or the program's own. A process that this one has
/// forked dies without last words, unless it calls this too. Other threads that crash meanwhile wait for the end.
void give_last_words(last_words say) noexcept;

} // namespace procpool::os
