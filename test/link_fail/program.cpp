// SPDX-License-Identifier: BSL-1.0
// A program that links procpool, compiled as the test says. NEEDS_ANOTHER_BOOST stands for the headers of another one.
#if defined(NEEDS_ANOTHER_BOOST)
#include <boost/version.hpp>
#undef BOOST_VERSION
#define BOOST_VERSION 108001
#endif

#include <procpool/worker.hpp>

int main()
{
    procpool::run_if_worker();
}
