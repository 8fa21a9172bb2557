// expect: needs a class derived from std::exception
// SPDX-License-Identifier: BSL-1.0
#include <procpool/exception.hpp>

struct failure {
    int code;
};

void refused()
{
    procpool::register_exception<failure>();
}
