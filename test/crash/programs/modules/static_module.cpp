// SPDX-License-Identifier: BSL-1.0
#include "static_module.hpp"

std::string static_module::who_am_i()
{
    return "a function of a static library";
}

std::string (*static_module::lambda())()
{
    return [] { return std::string("a lambda of a static library"); };
}
