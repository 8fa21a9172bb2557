// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/byte_buffer.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(wire_byte_buffer)

namespace {

using procpool::detail::byte_buffer;

byte_buffer with(std::string_view text)
{
    byte_buffer buffer;
    buffer.append(text.data(), text.size());
    return buffer;
}

std::string text_of(const byte_buffer& buffer)
{
    return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
}

const std::string long_text(1000, 'x');

} // namespace

BOOST_AUTO_TEST_CASE(bytes_are_appended)
{
    auto buffer = with("ab");
    buffer.append("c", 1);
    buffer.append(nullptr, 0);
    BOOST_TEST(text_of(buffer) == "abc");
    BOOST_TEST(!buffer.empty());
}

BOOST_AUTO_TEST_CASE(few_bytes_lie_in_the_object_itself)
{
    const auto buffer = with(std::string(byte_buffer::inline_capacity, 'x'));
    BOOST_TEST(buffer.capacity() == byte_buffer::inline_capacity);
    BOOST_TEST(static_cast<const void*>(buffer.data()) >= static_cast<const void*>(&buffer));
    BOOST_TEST(static_cast<const void*>(buffer.data()) < static_cast<const void*>(&buffer + 1));
}

BOOST_AUTO_TEST_CASE(growing_keeps_what_was_there)
{
    byte_buffer buffer;
    std::string expected;
    for (int i = 0; i != 100; ++i) {
        buffer.append("0123456789", 10);
        expected += "0123456789";
    }
    BOOST_TEST(text_of(buffer) == expected);
}

BOOST_AUTO_TEST_CASE(copies_are_equal_and_independent)
{
    for (const auto& text : {std::string("short"), long_text}) {
        const auto original = with(text);
        byte_buffer copy = original;
        copy.append("!", 1);
        BOOST_TEST(text_of(original) == text);
        BOOST_TEST(text_of(copy) == text + "!");
    }
}

BOOST_AUTO_TEST_CASE(a_moved_buffer_takes_the_bytes_along)
{
    for (const auto& text : {std::string("short"), long_text}) {
        auto original = with(text);
        const byte_buffer moved = std::move(original);
        BOOST_TEST(text_of(moved) == text);
        BOOST_TEST(original.empty());
        auto assigned = with("something else");
        assigned = with(text);
        BOOST_TEST(text_of(assigned) == text);
    }
}

BOOST_AUTO_TEST_CASE(padding_is_of_zeros)
{
    auto buffer = with("abc");
    buffer.align(8);
    BOOST_TEST(text_of(buffer) == std::string("abc\0\0\0\0\0", 8));
    buffer.align(8);
    BOOST_TEST(buffer.size() == 8u);
}

BOOST_AUTO_TEST_CASE(clearing_keeps_the_memory)
{
    auto buffer = with(long_text);
    const auto capacity = buffer.capacity();
    buffer.clear();
    BOOST_TEST(buffer.empty());
    BOOST_TEST(buffer.capacity() == capacity);
}

BOOST_AUTO_TEST_SUITE_END()
