// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace procpool::os {

/// A lock on a whole file that belongs to an open file description (F_OFD_SETLK): the kernel frees it when the last
/// descriptor of that is closed, so also when the processes that have one are killed, wherever they are. Two
/// descriptors of one open file description do not keep each other out.
///
/// All throw std::system_error when the kernel refuses for another reason than that somebody else has it.

/// Waits until nobody else has the lock.
void lock_file(int fd);
/// False: somebody else has it.
bool try_lock_file(int fd);
void unlock_file(int fd) noexcept;

} // namespace procpool::os
