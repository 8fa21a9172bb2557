// SPDX-License-Identifier: BSL-1.0
#include "os/system_error.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <string>

namespace procpool::os {

namespace {

std::string text_of(int error)
{
    try {
        errno = error;
        throw_last_error("cannot do it");
    } catch (const std::system_error& thrown) {
        BOOST_TEST(thrown.code().value() == error);
        return thrown.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(os_system_error)

BOOST_AUTO_TEST_CASE(errno_becomes_an_error_code)
{
    errno = ENOENT;
    BOOST_TEST((last_error() == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(a_thrown_error_says_what_could_not_be_done_and_why)
{
    BOOST_TEST(text_of(ENOMEM) == "cannot do it: Cannot allocate memory");
}

BOOST_AUTO_TEST_CASE(too_many_files_come_with_advice)
{
    BOOST_TEST(text_of(EMFILE) == "cannot do it (raise this process's limit of open files, ulimit -n, or use fewer "
                                  "workers): Too many open files");
    BOOST_TEST(text_of(ENFILE) == "cannot do it (raise the system's limit of open files, sysctl fs.file-max): Too many "
                                  "open files in system");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
