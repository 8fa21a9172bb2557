// expect: needs a class that can be serialized or constructed from a std::string
// SPDX-License-Identifier: BSL-1.0
#include <procpool/exception.hpp>

class failure : public std::exception {
public:
    explicit failure(int code) : code_(code) {}

private:
    int code_;
};

void refused()
{
    procpool::register_exception<failure>();
}
