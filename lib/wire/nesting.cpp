// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/nesting.hpp>
#include <procpool/detail/throw_error.hpp>

namespace procpool::detail {

void nesting::refuse()
{
    throw_error(errc::not_serializable, "values are nested more than " + std::to_string(max_nesting) + " levels deep");
}

} // namespace procpool::detail
