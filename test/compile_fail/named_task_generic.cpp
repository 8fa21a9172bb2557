// expect: a named task needs one signature
// SPDX-License-Identifier: BSL-1.0
#include <procpool/worker.hpp>

void refused()
{
    procpool::register_task("twice", [](auto x) { return x + x; });
}
