// SPDX-License-Identifier: BSL-1.0
#include "support/skip.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>

namespace procpool::test {

void skip(const std::string& why)
{
    std::cout << "skipped: " << boost::unit_test::framework::current_test_case().full_name() << ": " << why
              << std::endl;
}

} // namespace procpool::test
