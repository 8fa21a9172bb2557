// expect: use future::get(), or return a std::optional
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include <boost/asio/detached.hpp>

class balance {
public:
    explicit balance(int amount) : amount_(amount) {}

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(amount_);
    }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<balance>& construct)
    {
        int amount = 0;
        archive(amount);
        construct(amount);
    }

private:
    int amount_;
};

void refused(procpool::future<balance> result)
{
    std::move(result)(boost::asio::detached);
}
