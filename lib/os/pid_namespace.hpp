// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace procpool::os {

/// Goes on in a new pid namespace: nothing that is started from now on can outlive the process, whatever groups or
/// sessions it makes. Three processes then stand for one:
///
///   the stand-in  who called: waits, and ends as the worker ends, by the same exit code or signal
///   init          number 1 of the namespace: reaps. Ends when either of the others does, and with it the kernel ends
///                 all that is in there
///   the worker    in which alone this function returns, with the memory, descriptors and process group of the caller
///
/// Without privileges a user namespace is made too, in which the worker keeps its user and group. Throws
/// std::runtime_error with a sentence; the caller can only end then.
void enter_pid_namespace();

} // namespace procpool::os
