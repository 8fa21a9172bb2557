// SPDX-License-Identifier: BSL-1.0
#include "link/status_of.hpp"

namespace procpool {

exit_status link::status_of(const std::optional<os::child_exit>& how)
{
    exit_status status;
    if (how) {
        (how->by_signal ? status.signal : status.code) = how->number;
        status.core_dumped = how->core_dumped;
    }
    return status;
}

} // namespace procpool
