// SPDX-License-Identifier: BSL-1.0
#include "pool/chunk_answer.hpp"

#include "support/pool_on_loop.hpp"
#include "wire/exception_record.hpp"

#include <boost/test/unit_test.hpp>

namespace procpool::test {
namespace {

using detail::byte_buffer;
using detail::chunk_answer;
using detail::chunk_summary;

byte_buffer bytes_of(std::string_view text)
{
    byte_buffer bytes;
    bytes.append(text.data(), text.size());
    return bytes;
}

byte_buffer answer_with(chunk_summary summary, std::initializer_list<std::string_view> elements)
{
    byte_buffer bytes;
    bytes.append(&summary, sizeof(summary));
    for (const auto each : elements)
        detail::append_element(bytes, bytes_of(each), false);
    return bytes;
}

std::string text_of(const detail::stream_element& element)
{
    return {reinterpret_cast<const char*>(element.bytes.data()), element.bytes.size()};
}

boost::system::error_code failure_of(byte_buffer bytes, std::size_t elements)
{
    const chunk_answer answer({.bytes = std::move(bytes)}, elements);
    BOOST_TEST(answer.failed());
    return code_of(answer.failure());
}

const auto protocol_error = make_error_code(errc::protocol_error);
const auto not_serializable = make_error_code(errc::not_serializable);

} // namespace

BOOST_AUTO_TEST_SUITE(pool_chunk_answer)

BOOST_AUTO_TEST_CASE(each_element_has_its_answer)
{
    auto bytes = answer_with({.ran_ns = 5, .answered = 3}, {"one", "", "a much longer third one"});
    chunk_answer answer({.bytes = std::move(bytes)}, 3);
    BOOST_TEST(!answer.failed());
    BOOST_TEST(answer.answered() == 3u);
    BOOST_TEST(answer.ran().count() == 5);
    BOOST_TEST(text_of(answer.take()) == "one");
    BOOST_TEST(text_of(answer.take()) == "");
    BOOST_TEST(!answer.empty());
    BOOST_TEST(text_of(answer.take()) == "a much longer third one");
    BOOST_TEST(answer.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_may_be_an_exception)
{
    auto bytes = answer_with({.answered = 1}, {});
    detail::append_element(bytes, wire::encode_exception(std::make_exception_ptr(std::domain_error("no"))), true);
    chunk_answer answer({.bytes = std::move(bytes)}, 1);
    BOOST_CHECK_THROW(std::rethrow_exception(answer.take().failure), std::domain_error);
}

BOOST_AUTO_TEST_CASE(one_failure_stands_for_all)
{
    const auto error = std::make_exception_ptr(std::domain_error("no"));
    chunk_answer answer({.error = error}, 2);
    BOOST_TEST(answer.failed());
    BOOST_TEST((answer.take().failure == error));
    BOOST_TEST((answer.take().failure == error));
    BOOST_TEST(answer.empty());
}

BOOST_AUTO_TEST_CASE(the_last_elements_may_be_unanswered_but_not_all)
{
    chunk_answer part({.bytes = answer_with({.answered = 1}, {"one"})}, 2);
    BOOST_TEST(!part.failed());
    BOOST_TEST(part.covered() == 1u);
    BOOST_TEST(failure_of(answer_with({.answered = 0}, {}), 2) == protocol_error);
    BOOST_TEST(failure_of(answer_with({.answered = 3}, {"1", "2", "3"}), 2) == protocol_error);
}

BOOST_AUTO_TEST_CASE(after_a_crash_what_was_answered_counts_and_the_one_behind_it_has_failed)
{
    const auto error = std::make_exception_ptr(std::domain_error("crashed"));
    chunk_answer answer({.bytes = answer_with({.answered = 1}, {"one"}), .error = error}, 3);
    BOOST_TEST(answer.failed());
    BOOST_TEST(answer.covered() == 2u);
    BOOST_TEST(text_of(answer.take()) == "one");
    BOOST_TEST((answer.take().failure == error));
    BOOST_TEST(answer.empty());

    const chunk_answer first({.bytes = answer_with({.answered = 0}, {}), .error = error}, 3);
    BOOST_TEST(first.covered() == 1u);
    const chunk_answer complete({.bytes = answer_with({.answered = 1}, {"one"}), .error = error}, 1);
    BOOST_TEST(complete.covered() == 1u);
}

BOOST_AUTO_TEST_CASE(after_a_crash_all_have_failed_when_nothing_can_be_told)
{
    const auto error = std::make_exception_ptr(std::domain_error("crashed"));
    auto torn = answer_with({.answered = 2}, {"one"});
    auto too_many = answer_with({.answered = 4}, {"1", "2", "3", "4"});
    for (auto* each : {&torn, &too_many}) {
        chunk_answer answer({.bytes = *each, .error = error}, 3);
        BOOST_TEST(answer.covered() == 3u);
        BOOST_TEST((answer.take().failure == error));
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_make_no_sense_are_a_failure)
{
    BOOST_TEST(failure_of({}, 1) == not_serializable);
    BOOST_TEST(failure_of(answer_with({.answered = 2}, {"one"}), 2) == not_serializable);
    auto bytes = answer_with({.answered = 1}, {});
    const detail::element_mark huge{~std::uint64_t{1}};
    bytes.append(&huge, sizeof(huge));
    BOOST_TEST(failure_of(std::move(bytes), 1) == not_serializable);
    chunk_answer slow({.bytes = answer_with({.ran_ns = ~std::uint64_t{0}, .answered = 1}, {""})}, 1);
    BOOST_TEST((slow.ran() == std::chrono::hours(1))); // as long as it may count
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
