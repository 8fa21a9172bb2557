// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/process_mark.hpp>

namespace procpool::os {

using detail::process_mark;

/// Makes this process, which was forked, count as the one that it was forked from: marks of that one are here. To be
/// called before any mark is made or looked at.
void accept_forked_copy();

/// Returns how many processes on the way from the first one to this were accepted. Unlike a pid, it is never that of a
/// parent.
unsigned accepted_copies() noexcept;

} // namespace procpool::os
