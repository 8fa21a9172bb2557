// SPDX-License-Identifier: BSL-1.0
// A worker program of its own: has none of the test program's functions, and another build of a module of it.
#include "modules/shared_module.hpp"

#include <procpool.hpp>

#include <cstdlib>

#define NO_CHECKS __attribute__((noinline, no_sanitize("address", "undefined", "thread")))

namespace {

NO_CHECKS void write_to_nowhere()
{
    *reinterpret_cast<volatile int*>(64) = 1;
}

NO_CHECKS void call_write_to_nowhere()
{
    write_to_nowhere();
    asm volatile(""); // else the call would be the caller's
}

} // namespace

int main()
{
    procpool::register_task("who", shared_module::who_am_i);
    procpool::register_task("twice", [](int value) { return 2 * value; });
    procpool::register_task("die", [] { std::abort(); });
    procpool::register_task("write_to_nowhere", call_write_to_nowhere);
    procpool::run_if_worker();
    return EXIT_FAILURE;
}
