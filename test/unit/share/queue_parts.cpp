// SPDX-License-Identifier: BSL-1.0
#include "share/queue_parts.hpp"

#include "os/tape.hpp"
#include "support/left_behind.hpp"

#include <procpool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <new>
#include <random>
#include <span>
#include <string>

namespace procpool::detail {
namespace {

struct one_queue : test::nothing_left_behind {
    shared_queue::parts queue{os::make_tape("test", share::queue_page::size), os::make_flag(), os::make_flag(),
                              os::make_flag()};

    one_queue() { queue.page.initialize(0); }

    void put(std::size_t size)
    {
        byte_buffer record;
        std::memset(record.extend(shared_queue::record_header + size), 'x', shared_queue::record_header + size);
        BOOST_TEST((queue.put(record) == attempt::done));
    }
    std::size_t get()
    {
        byte_buffer record;
        BOOST_TEST((queue.get(record) == attempt::done));
        return record.size() - shared_queue::record_header;
    }
    boost::system::error_code failure_of_get()
    {
        try {
            get();
        } catch (const boost::system::system_error& error) {
            return error.code();
        }
        return {};
    }
    /// As another process may.
    void write_over(std::uint64_t offset, std::uint64_t value) const
    {
        os::write_at(queue.lock.file(), offset, std::as_bytes(std::span(&value, 1)));
    }
};

const auto protocol_error = make_error_code(errc::protocol_error);

} // namespace

BOOST_FIXTURE_TEST_SUITE(share_queue_parts, one_queue)

BOOST_AUTO_TEST_CASE(records_come_as_they_were_put)
{
    constexpr std::size_t sizes[] = {0, 1, 1000, 1016, 1017, 5000, 100'000};
    for (const std::size_t size : sizes)
        put(size);
    for (const std::size_t size : sizes)
        BOOST_TEST(get() == size);
    byte_buffer none;
    BOOST_TEST((queue.get(none) == attempt::not_yet));
}

BOOST_AUTO_TEST_CASE(what_was_got_is_given_back_also_when_the_queue_is_never_empty)
{
    for (int i = 0; i != 10; ++i)
        put(100'000);
    for (int i = 0; i != 200; ++i) {
        put(100'000);
        get();
    }
    BOOST_TEST(os::memory_in(queue.lock.file()) < 2'000'000u);
    for (int i = 0; i != 10; ++i)
        get();
    BOOST_TEST(os::memory_in(queue.lock.file()) < 500'000u);
}

BOOST_AUTO_TEST_CASE(a_size_beyond_what_is_there_is_refused)
{
    put(10);
    write_over(share::queue_page::size, 11);
    BOOST_TEST(failure_of_get() == protocol_error);
    write_over(share::queue_page::size, ~std::uint64_t{0});
    BOOST_TEST(failure_of_get() == protocol_error);
    write_over(share::queue_page::size, 10);
    BOOST_TEST(get() == 10u);
}

BOOST_AUTO_TEST_CASE(a_large_size_is_believed_only_where_there_is_memory_for_it)
{
    put(10);
    auto claimed = queue.page.read();
    claimed.tail = claimed.allocated_to = std::uint64_t{1} << 40;
    queue.page.commit(claimed);
    write_over(share::queue_page::size, (std::uint64_t{1} << 40) - shared_queue::record_header);
    BOOST_TEST(failure_of_get() == protocol_error);
}

BOOST_AUTO_TEST_CASE(whatever_is_written_over_the_memory_every_call_ends_with_an_item_or_an_error)
{
    std::minstd_rand random(7);
    for (int i = 0; i != 20'000; ++i) {
        byte_buffer record;
        record.extend(shared_queue::record_header + random() % 100);
        const std::uint64_t offset = random() % (share::queue_page::size + 512) / 8 % 64 * 8;
        write_over(offset + (random() % 2 == 0 ? 0 : share::queue_page::size),
                   random() % 3 == 0 ? random() : random() % 64);
        try {
            random() % 2 == 0 ? queue.put(record) : queue.get(record);
        } catch (const boost::system::system_error&) {
        } catch (const std::system_error&) { // positions that no file has
        } catch (const std::bad_alloc&) {
        }
    }
    BOOST_TEST(true); // nothing but that
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::detail
