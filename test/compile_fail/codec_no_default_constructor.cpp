// expect: it has no public default constructor
// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>

class account {
public:
    explicit account(int balance) : balance_(balance) {}
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(balance_);
    }

private:
    int balance_;
};

account refused(procpool::reader& from)
{
    return procpool::decode<account>(from);
}
