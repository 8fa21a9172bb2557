// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/crash_record.hpp"

namespace procpool::worker {

/// From now on a crash of this process is written into the record, which is part of the control page.
void record_crashes(wire::crash_record& record);

} // namespace procpool::worker
