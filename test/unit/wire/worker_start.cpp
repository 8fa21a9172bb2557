// SPDX-License-Identifier: BSL-1.0
#include "wire/worker_start.hpp"

#include <boost/test/unit_test.hpp>

namespace procpool::wire {

BOOST_AUTO_TEST_SUITE(wire_worker_start)

BOOST_AUTO_TEST_CASE(a_note_names_the_nonce_and_the_parent)
{
    BOOST_TEST(str({.nonce = 18446744073709551615U, .parent = 42}) == "PROCPOOL_WORKER=18446744073709551615:42");
    const auto note = parse_start_note("18446744073709551615:42");
    BOOST_TEST_REQUIRE(note.has_value());
    BOOST_TEST(note->nonce == 18446744073709551615U);
    BOOST_TEST(note->parent == 42);
}

BOOST_AUTO_TEST_CASE(a_note_of_a_version_that_named_no_parent_is_read)
{
    const auto note = parse_start_note("7");
    BOOST_TEST_REQUIRE(note.has_value());
    BOOST_TEST(note->nonce == 7U);
    BOOST_TEST(note->parent == 0);
}

BOOST_AUTO_TEST_CASE(a_malformed_note_is_refused)
{
    for (const char* value :
         {"", ":", ":1", "x", "1:", "1:x", "1:2x", "1;2", "99999999999999999999:1", "1:99999999999"})
        BOOST_TEST(!parse_start_note(value).has_value(), value);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::wire
