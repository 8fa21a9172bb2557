// SPDX-License-Identifier: BSL-1.0
#include "schedule/send_ahead.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

namespace procpool::schedule {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(schedule_send_ahead)

BOOST_AUTO_TEST_CASE(tasks_of_unknown_length_count_as_long)
{
    const send_ahead ahead;
    BOOST_TEST(ahead.window() == send_ahead::least);
    BOOST_TEST(!ahead.may_hold(true));
}

BOOST_AUTO_TEST_CASE(the_first_short_task_opens_the_window)
{
    send_ahead ahead;
    ahead.ran(1us);
    BOOST_TEST(ahead.window() == send_ahead::most);
    BOOST_TEST(ahead.may_hold(false));
}

BOOST_AUTO_TEST_CASE(tasks_of_a_millisecond_in_all_are_ahead)
{
    for (const auto& [ran, window] : {std::pair(10us, 100u), {100us, 10u}, {400us, 2u}, {900us, 2u}}) {
        send_ahead ahead;
        ahead.ran(ran);
        BOOST_TEST(ahead.window() == window);
    }
}

BOOST_AUTO_TEST_CASE(answers_of_brief_tasks_may_be_held_only_while_more_tasks_wait)
{
    send_ahead brief;
    brief.ran(send_ahead::short_task);
    BOOST_TEST(!brief.may_hold(false));
    BOOST_TEST(brief.may_hold(true));
    send_ahead longer;
    longer.ran(send_ahead::brief_task);
    BOOST_TEST(!longer.may_hold(true));
}

BOOST_AUTO_TEST_CASE(one_very_long_task_shuts_the_window_for_a_few_short_ones_only)
{
    send_ahead ahead;
    ahead.ran(1us);
    ahead.ran(1h);
    BOOST_TEST(ahead.window() < 10u);
    for (int i = 0; i < 20; ++i)
        ahead.ran(1us);
    BOOST_TEST(ahead.window() > 50u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_lies_about_time_does_no_harm)
{
    send_ahead ahead;
    ahead.ran(duration::min());
    BOOST_TEST(ahead.window() == send_ahead::most);
    for (int i = 0; i < 30; ++i)
        ahead.ran(duration::max());
    BOOST_TEST(ahead.window() == send_ahead::least);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule
