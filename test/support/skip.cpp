// SPDX-License-Identifier: BSL-1.0
#include "support/skip.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>

namespace procpool::test {

void skip(const std::string& why)
{
    std::string name = boost::unit_test::framework::current_test_case().full_name();
    name = name.substr(0, name.find("/_")); // the rows of a table are one test
    std::cout << "skipped: " << name << ": " << why << std::endl;
}

} // namespace procpool::test
