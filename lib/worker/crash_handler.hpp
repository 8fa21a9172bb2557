// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/control_page.hpp"

namespace procpool::worker {

/// From now on a crash of this process is written into the page.
void record_crashes(wire::control_page& page);

} // namespace procpool::worker
