// SPDX-License-Identifier: BSL-1.0
// The main of every test program: a worker when a pool started it, else Boost.Test's.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>

#include <procpool/worker.hpp>

int main(int argc, char* argv[])
{
    procpool::run_if_worker();
    return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
