// SPDX-License-Identifier: BSL-1.0
#include "wire/frame.hpp"

#include "wire/control_page.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace procpool::wire;

namespace {

procpool::detail::byte_buffer frame_of(std::uint64_t id, const std::string& payload)
{
    procpool::detail::byte_buffer bytes;
    append_frame(bytes, frame_kind::result, std::as_bytes(std::span(payload))).id = id;
    return bytes;
}

void feed(frame_reader& frames, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto room = frames.prepare();
        const auto count = std::min(room.size(), bytes.size());
        std::copy_n(bytes.begin(), count, room.begin());
        frames.commit(count);
        bytes = bytes.subspan(count);
    }
}

std::string text_of(const frame& found)
{
    return {reinterpret_cast<const char*>(found.payload.data()), found.payload.size()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_frame)

BOOST_AUTO_TEST_CASE(frames_are_padded_so_that_the_next_one_is_aligned)
{
    BOOST_TEST(frame_of(1, "").size() == 32u);
    BOOST_TEST(frame_of(1, "a").size() == 40u);
    BOOST_TEST(frame_of(1, "12345678").size() == 40u);
}

BOOST_AUTO_TEST_CASE(many_frames_in_one_read_come_out_one_by_one)
{
    auto bytes = frame_of(1, "one");
    const auto second = frame_of(2, "second");
    bytes.append(second.data(), second.size());
    frame_reader frames(100);
    feed(frames, bytes);
    BOOST_TEST(text_of(frames.next().value()) == "one");
    const auto found = frames.next().value();
    BOOST_TEST(found.header.id == 2u);
    BOOST_TEST(text_of(found) == "second");
    BOOST_TEST(!frames.next());
    BOOST_TEST(!frames.has_partial_frame());
}

BOOST_AUTO_TEST_CASE(a_frame_that_comes_byte_by_byte_comes_out_whole)
{
    frame_reader frames(100);
    const auto bytes = frame_of(1, "abc");
    for (std::size_t i = 0; i + 1 != bytes.size(); ++i) {
        feed(frames, std::span(bytes).subspan(i, 1));
        BOOST_TEST_REQUIRE(!frames.next());
    }
    BOOST_TEST(frames.has_partial_frame());
    feed(frames, std::span(bytes).last(1));
    BOOST_TEST(text_of(frames.next().value()) == "abc");
}

BOOST_AUTO_TEST_CASE(a_large_frame_arrives_whole)
{
    const std::string large(3'000'000, 'x');
    frame_reader frames(large.size());
    feed(frames, frame_of(1, large));
    BOOST_TEST((text_of(frames.next().value()) == large));
}

BOOST_AUTO_TEST_CASE(a_payload_over_the_limit_breaks_the_stream_for_good)
{
    frame_reader frames(3);
    feed(frames, frame_of(1, "four"));
    BOOST_TEST(!frames.next());
    BOOST_TEST(frames.broken());
    feed(frames, frame_of(1, "ok"));
    BOOST_TEST(!frames.next());
}

BOOST_AUTO_TEST_CASE(a_header_that_makes_no_sense_breaks_the_stream)
{
    for (const auto& spoil :
         {+[](frame_header& h) { h.kind = frame_kind{}; }, +[](frame_header& h) { h.kind = frame_kind{99}; },
          +[](frame_header& h) { h.slot = slot_count; }, +[](frame_header& h) { h.size = ~std::uint64_t{0}; }}) {
        procpool::detail::byte_buffer bytes;
        spoil(append_frame(bytes, frame_kind::result, {}));
        frame_reader frames(1000);
        feed(frames, bytes);
        BOOST_TEST(!frames.next());
        BOOST_TEST(frames.broken());
    }
}

BOOST_AUTO_TEST_CASE(memory_grows_with_what_arrives_and_not_with_what_is_claimed)
{
    const std::uint64_t claimed = std::uint64_t{1} << 40;
    procpool::detail::byte_buffer bytes;
    append_frame(bytes, frame_kind::result, {}).size = claimed;
    frame_reader frames(claimed);
    feed(frames, bytes);
    BOOST_TEST(!frames.next());
    BOOST_TEST(frames.prepare().size() <= 128u * 1024);
    feed(frames, std::vector<std::byte>(1024 * 1024));
    BOOST_TEST(!frames.next());
    BOOST_TEST(frames.prepare().size() <= 4u * 1024 * 1024);
}

BOOST_AUTO_TEST_SUITE_END()
