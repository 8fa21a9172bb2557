// SPDX-License-Identifier: BSL-1.0
#include "schedule/send_ahead.hpp"

#include <boost/test/unit_test.hpp>

namespace procpool::schedule {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(schedule_send_ahead)

BOOST_AUTO_TEST_CASE(tasks_of_unknown_length_count_as_long)
{
    const send_ahead ahead;
    BOOST_TEST(ahead.window() == send_ahead::least);
    BOOST_TEST(!ahead.may_hold());
}

BOOST_AUTO_TEST_CASE(the_first_short_task_opens_the_window)
{
    send_ahead ahead;
    ahead.ran(1us);
    BOOST_TEST(ahead.window() == send_ahead::most);
    BOOST_TEST(ahead.may_hold());
}

BOOST_AUTO_TEST_CASE(short_tasks_of_a_millisecond_in_all_are_ahead)
{
    send_ahead ahead;
    ahead.ran(10us);
    BOOST_TEST(ahead.window() == 100);
}

BOOST_AUTO_TEST_CASE(a_task_of_exactly_the_limit_is_long)
{
    send_ahead ahead;
    ahead.ran(send_ahead::short_task);
    BOOST_TEST(ahead.window() == send_ahead::least);
}

BOOST_AUTO_TEST_CASE(one_very_long_task_shuts_the_window_for_a_few_short_ones_only)
{
    send_ahead ahead;
    ahead.ran(1us);
    ahead.ran(1h);
    BOOST_TEST(ahead.window() == send_ahead::least);
    for (int i = 0; i < 4; ++i)
        ahead.ran(1us);
    BOOST_TEST(ahead.window() > send_ahead::least);
}

BOOST_AUTO_TEST_CASE(a_worker_that_lies_about_time_does_no_harm)
{
    send_ahead ahead;
    ahead.ran(duration::min());
    BOOST_TEST(ahead.window() == send_ahead::most);
    for (int i = 0; i < 20; ++i)
        ahead.ran(duration::max());
    BOOST_TEST(ahead.window() == send_ahead::least);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::schedule
