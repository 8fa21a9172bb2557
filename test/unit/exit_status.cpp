// SPDX-License-Identifier: BSL-1.0
#include <procpool/exit_status.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>

BOOST_AUTO_TEST_SUITE(exit_status)

BOOST_AUTO_TEST_CASE(a_status_reads_as_a_clause)
{
    using status = procpool::exit_status;
    BOOST_TEST((status{.code = 3, .signal = {}}.str() == "exited with status 3"));
    BOOST_TEST((status{.code = {}, .signal = SIGSEGV}.str() == "killed by SIGSEGV"));
    BOOST_TEST((status{.code = {}, .signal = SIGABRT, .core_dumped = true}.str() == "killed by SIGABRT (core dumped)"));
    BOOST_TEST((status{.code = {}, .signal = 40}.str() == "killed by signal 40"));
    BOOST_TEST((status{.never_started = true}.str() == "never started"));
    BOOST_TEST(status{}.str() == "ended with an unknown status");
}

BOOST_AUTO_TEST_CASE(exiting_with_nine_is_not_being_killed_by_nine)
{
    using status = procpool::exit_status;
    BOOST_TEST((status{.code = 9, .signal = {}} != status{.code = {}, .signal = 9}));
}

BOOST_AUTO_TEST_SUITE_END()
