// SPDX-License-Identifier: BSL-1.0
#include "wire/outbox.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace procpool::wire;

namespace {

struct both_ends {
    std::unique_ptr<outbox> shared = std::make_unique<outbox>();
    outbox_writer worker{*shared};
    answer_stream parent;
    std::string piped;

    void answer(const std::string& text) { BOOST_TEST_REQUIRE(worker.add(std::as_bytes(std::span(text)))); }
    // What the worker writes to the pipe.
    void flush()
    {
        const auto bytes = worker.unsent();
        piped.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        worker.sent();
    }
    // What of the next bytes in the pipe is new to the parent.
    std::string read(std::size_t count)
    {
        const std::string bytes = piped.substr(0, count);
        piped.erase(0, count);
        return bytes.substr(parent.skip(bytes.size()));
    }
    std::string collect()
    {
        const auto bytes = parent.collect(*shared);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(wire_outbox, both_ends)

BOOST_AUTO_TEST_CASE(answers_that_went_through_the_pipe_are_not_collected_again)
{
    answer("one");
    answer("two");
    flush();
    BOOST_TEST(read(6) == "onetwo");
    BOOST_TEST(collect() == "");
}

BOOST_AUTO_TEST_CASE(answers_that_were_held_back_can_be_collected)
{
    answer("one");
    flush();
    BOOST_TEST(read(3) == "one");
    answer("two");
    BOOST_TEST(collect() == "two");
    BOOST_TEST(collect() == "");
}

BOOST_AUTO_TEST_CASE(what_was_collected_is_skipped_in_the_pipe)
{
    answer("one");
    answer("two");
    BOOST_TEST(collect() == "onetwo");
    answer("three");
    flush();
    BOOST_TEST(read(4) == "");
    BOOST_TEST(read(7) == "three");
}

BOOST_AUTO_TEST_CASE(a_death_in_the_middle_of_a_write_loses_nothing_and_doubles_nothing)
{
    answer("one");
    answer("two");
    const auto bytes = worker.unsent(); // four of six bytes were written, then the worker died
    piped.assign(reinterpret_cast<const char*>(bytes.data()), 4);
    BOOST_TEST(read(4) == "onet");
    BOOST_TEST(collect() == "wo");
}

BOOST_AUTO_TEST_CASE(an_answer_that_does_not_fit_is_refused_whole)
{
    const std::vector<std::byte> large(outbox_size - 2);
    BOOST_TEST(worker.add(large));
    const std::vector<std::byte> three(3);
    BOOST_TEST(!worker.add(three));
    BOOST_TEST(worker.unsent().size() == large.size());
}

BOOST_AUTO_TEST_CASE(bytes_that_were_written_past_the_outbox_count)
{
    worker.sent_directly(100);
    parent.skip(100);
    answer("one");
    BOOST_TEST(collect() == "one");
}

BOOST_AUTO_TEST_CASE(words_that_make_no_sense_give_nothing)
{
    shared->begin = 1;
    shared->end = 10;
    BOOST_TEST(collect() == ""); // there is a gap
    shared->begin = 0;
    shared->end = outbox_size + 1;
    BOOST_TEST(collect() == "");
    shared->end = ~std::uint64_t{0};
    BOOST_TEST(collect() == "");
}

BOOST_AUTO_TEST_SUITE_END()
