// SPDX-License-Identifier: BSL-1.0
#include "shared_module.hpp"

#ifdef REBUILT
#define BUILD "another build of "
#else
#define BUILD ""
#endif

std::string shared_module::who_am_i()
{
    return BUILD "a function of a shared library";
}

std::string (*shared_module::lambda())()
{
    return [] { return std::string(BUILD "a lambda of a shared library"); };
}
