// expect: procpool: register_exception needs a class that can be serialized
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
