// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/throw_error.hpp>

#include "by_pool.hpp"

namespace procpool::detail {

boost::system::system_error error_with(boost::system::error_code code, const std::string& sentence)
{
    boost::system::system_error error(code);
    static_cast<std::runtime_error&>(error) = std::runtime_error(sentence); // replaces the text that what() returns
    return error;
}

void throw_error(errc code, const std::string& sentence)
{
    throw by_pool(error_with(code, sentence));
}

std::exception_ptr make_error(errc code, const std::string& sentence)
{
    return std::make_exception_ptr(by_pool(error_with(code, sentence)));
}

} // namespace procpool::detail
