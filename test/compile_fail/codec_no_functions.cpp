// expect: this type cannot be serialized
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

class account {
public:
    explicit account(int balance) : balance_(balance) {}

private:
    int balance_;
};

void refused(procpool::writer& to, const account& value)
{
    procpool::encode(to, value);
}
