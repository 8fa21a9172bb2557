// SPDX-License-Identifier: BSL-1.0
#include "support/left_behind.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <sys/wait.h>

namespace procpool::test {

std::size_t count_descriptors()
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

bool has_children()
{
    siginfo_t info{};
    return ::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0 || errno != ECHILD;
}

nothing_left_behind::nothing_left_behind() : descriptors_(count_descriptors()) {}

nothing_left_behind::~nothing_left_behind()
{
    BOOST_TEST(count_descriptors() == descriptors_);
    BOOST_TEST(!has_children());
}

} // namespace procpool::test
