// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/throw_error.hpp>
#include <procpool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(error)

using namespace procpool;

BOOST_AUTO_TEST_CASE(errors_count_from_one_so_that_none_is_success)
{
    static_assert(static_cast<int>(errc::pool_closed) == 1);
    BOOST_TEST(make_error_code(errc::pool_closed).failed());
}

BOOST_AUTO_TEST_CASE(every_error_has_a_sentence_of_its_own)
{
    std::set<std::string> sentences;
    constexpr auto last = static_cast<int>(errc::forked_copy);
    for (int value = 1; value <= last + 1; ++value) {
        const auto message = error_category().message(value);
        BOOST_TEST(message.ends_with('.'), message);
        sentences.insert(message);
    }
    BOOST_TEST(sentences.size() == last + 1u);
}

BOOST_AUTO_TEST_CASE(a_thrown_error_says_its_sentence_and_nothing_else)
{
    BOOST_CHECK_EXCEPTION(detail::throw_error(errc::timed_out, "It took too long."), boost::system::system_error,
                          [](const boost::system::system_error& error) {
                              return error.code() == errc::timed_out &&
                                     error.what() == std::string("It took too long.");
                          });
}

BOOST_AUTO_TEST_CASE(a_task_error_says_type_and_message)
{
    BOOST_TEST(task_error("a::type", "text").what() == "a::type: text");
    BOOST_TEST(task_error("int", "").what() == "int");
}

BOOST_AUTO_TEST_SUITE_END()
