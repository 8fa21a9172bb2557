// SPDX-License-Identifier: BSL-1.0
#include "wire/chunk_log.hpp"

#include <procpool/detail/chunk.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <memory>
#include <vector>

namespace procpool::test {
namespace {

std::uint64_t answered_in(const detail::byte_buffer& left)
{
    detail::chunk_summary summary;
    BOOST_TEST_REQUIRE(left.size() >= sizeof(summary));
    std::memcpy(&summary, left.data(), sizeof(summary));
    return summary.answered;
}

struct with_log {
    std::unique_ptr<wire::chunk_log> log = std::make_unique<wire::chunk_log>();
    std::vector<std::byte> answer{24};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(wire_chunk_log, with_log)

BOOST_AUTO_TEST_CASE(it_tells_of_the_task_that_has_begun_and_of_no_other)
{
    BOOST_TEST(log->left_of(7).empty());
    log->begin(7);
    BOOST_TEST(answered_in(log->left_of(7)) == 0u);
    BOOST_TEST(log->add(answer));
    BOOST_TEST(log->add(answer));
    BOOST_TEST(answered_in(log->left_of(7)) == 2u);
    BOOST_TEST(log->left_of(7).size() == sizeof(detail::chunk_summary) + 2 * answer.size());
    log->begin(8);
    BOOST_TEST(log->left_of(7).empty());
    BOOST_TEST(answered_in(log->left_of(8)) == 0u);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_not_counted)
{
    log->begin(1);
    answer.resize(wire::chunk_log_size - 8);
    BOOST_TEST(log->add(answer));
    answer.resize(16);
    BOOST_TEST(!log->add(answer));
    BOOST_TEST(answered_in(log->left_of(1)) == 1u);
}

BOOST_AUTO_TEST_CASE(no_more_is_read_than_there_is_whatever_a_worker_writes)
{
    log->begin(1);
    log->used = ~std::uint64_t{0};
    BOOST_TEST(log->left_of(1).size() == sizeof(detail::chunk_summary) + wire::chunk_log_size);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
