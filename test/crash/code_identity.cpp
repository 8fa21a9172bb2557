// SPDX-License-Identifier: BSL-1.0
#include "support/processes.hpp"

#include <procpool.hpp>

#include "crash/programs/modules/shared_module.hpp"
#include "crash/programs/modules/static_module.hpp"
#include "crash/twins.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace {

using namespace procpool::test;

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_code_identity, nothing_left_behind)

BOOST_AUTO_TEST_CASE(functions_and_lambdas_of_static_and_shared_libraries_are_found)
{
    procpool::pool pool({.workers = 1});
    BOOST_TEST(pool.async_submit(static_module::who_am_i).get() == "a function of a static library");
    BOOST_TEST(pool.async_submit(static_module::lambda()).get() == "a lambda of a static library");
    BOOST_TEST(pool.async_submit(shared_module::who_am_i).get() == "a function of a shared library");
    BOOST_TEST(pool.async_submit(shared_module::lambda()).get() == "a lambda of a shared library");
}

BOOST_AUTO_TEST_CASE(lambdas_of_the_same_name_and_shape_in_two_files_are_not_confused)
{
    procpool::pool pool({.workers = 2});
    for (int round = 0; round != 100; ++round) {
        BOOST_TEST(submit_first_twin(pool).get() == "the first");
        BOOST_TEST(submit_second_twin(pool).get() == "the second");
    }
}

BOOST_AUTO_TEST_CASE(a_separate_worker_program_runs_tasks_by_name)
{
    procpool::pool pool({.workers = 1, .executable = helper_program("named_tasks")});
    BOOST_TEST(pool.async_submit(procpool::named_task<int(int)>("twice"), 21).get() == 42);
    BOOST_TEST(pool.async_submit(procpool::named_task<std::string()>("who")).get() ==
               "another build of a function of a shared library");
}

BOOST_DATA_TEST_CASE(new_workers_start_after_the_programs_file_is_gone_or_another,
                     boost::unit_test::data::make({"delete", "replace"}))
{
    const temporary_directory directory;
    const std::string program = directory / "program";
    std::filesystem::copy(helper_program("replaced"), program);
    BOOST_TEST(output_of(program + " " + sample) == "a new worker has started\n");
}

BOOST_AUTO_TEST_SUITE_END()
