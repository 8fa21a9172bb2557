// SPDX-License-Identifier: BSL-1.0
// A worker program of its own: has none of the test program's functions, and another build of a module of it.
#include "modules/shared_module.hpp"

#include <procpool.hpp>

#include <cstdlib>

int main()
{
    procpool::register_task("who", shared_module::who_am_i);
    procpool::register_task("twice", [](int value) { return 2 * value; });
    procpool::register_task("die", [] { std::abort(); });
    procpool::run_if_worker();
    return EXIT_FAILURE;
}
