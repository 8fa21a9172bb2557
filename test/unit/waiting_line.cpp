// SPDX-License-Identifier: BSL-1.0
#include "waiting_line.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

namespace procpool::detail {
namespace {

struct waiting final : turn_taker {
    explicit waiting(int of_loop) : loop(of_loop) {}

    bool keeps_order_with(const turn_taker& other) const noexcept override
    {
        return static_cast<const waiting&>(other).loop == loop;
    }
    void take_turn() override { ++turns; }

    const int loop;
    int turns = 0;
};

struct one_line {
    waiting_line line;

    std::shared_ptr<waiting> join(int loop = 0)
    {
        auto made = std::make_shared<waiting>(loop);
        line.join(made);
        return made;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(waiting_line_of_turns, one_line)

BOOST_AUTO_TEST_CASE(each_has_one_turn_when_all_before_it_have_left)
{
    const auto first = join();
    const auto second = join();
    const auto third = join();
    BOOST_TEST((first->turns == 1 && second->turns == 0 && third->turns == 0));
    line.leave(*second);
    BOOST_TEST((first->turns == 1 && second->turns == 0 && third->turns == 0));
    line.leave(*first);
    BOOST_TEST((first->turns == 1 && second->turns == 0 && third->turns == 1));
    line.leave(*third);
    BOOST_TEST(join()->turns == 1);
}

BOOST_AUTO_TEST_CASE(who_has_another_loop_does_not_wait)
{
    const auto first = join(1);
    const auto behind = join(1);
    const auto other = join(2);
    BOOST_TEST((first->turns == 1 && behind->turns == 0 && other->turns == 1));
    line.leave(*other);
    BOOST_TEST(behind->turns == 0);
}

BOOST_AUTO_TEST_CASE(it_owns_those_without_a_turn_until_who_has_it_is_dropped)
{
    auto first = join();
    const std::weak_ptr<waiting> behind = join();
    const auto other = join(2);
    BOOST_TEST(!behind.expired());
    line.drop(*other);
    BOOST_TEST(!behind.expired());
    line.drop(*first);
    BOOST_TEST(behind.expired());
    BOOST_TEST(join()->turns == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::detail
