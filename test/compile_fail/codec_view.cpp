// expect: a view cannot be kept or returned
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

#include <string_view>

std::string_view refused(procpool::reader& from)
{
    return procpool::decode<std::string_view>(from);
}
