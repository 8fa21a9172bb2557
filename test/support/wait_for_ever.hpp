// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

namespace procpool::test {

[[noreturn]] inline void wait_for_ever()
{
    for (;;)
        ::pause();
}

} // namespace procpool::test
