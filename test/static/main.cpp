// SPDX-License-Identifier: BSL-1.0
// A program without a dynamic linker finds its own build id, as crash reports need it: once as a running program can, and
// once as a crashing one may.
#include "os/modules.hpp"

#include <algorithm>
#include <cstdio>

void here() {}

int main()
{
    const auto address = reinterpret_cast<std::uintptr_t>(&here);
    const auto known = procpool::os::module_of(reinterpret_cast<const void*>(address));
    const auto mapped = procpool::os::mapped_module_at(address);
    if (known && !known->id.empty() && mapped && std::ranges::equal(mapped->id, known->id))
        return 0;
    std::puts("A static program does not find its build id.");
    return 1;
}
