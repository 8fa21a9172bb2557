// SPDX-License-Identifier: BSL-1.0
// The limits of what is taken apart. test/compile_fail has what lies beyond.
#include <procpool/codec.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_aggregates)

namespace {

using namespace procpool;

struct row {
    int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9;
    int a10, a11, a12, a13, a14, a15, a16, a17, a18, a19;
    int a20, a21, a22, a23, a24, a25, a26, a27, a28, a29;
    int a30, a31, a32, a33, a34, a35, a36, a37, a38, a39;
    int a40, a41, a42, a43, a44, a45, a46, a47, a48, a49;
    int a50, a51, a52, a53, a54, a55, a56, a57, a58, a59;
    int a60, a61, a62, a63, a64, a65, a66, a67, a68, a69;
    int a70, a71, a72, a73, a74, a75, a76, a77, a78, a79;
    int a80, a81, a82, a83, a84, a85, a86, a87, a88, a89;
    int a90, a91, a92, a93, a94, a95, a96, a97, a98, a99;
};

struct tile {
    int number = 0;
    std::array<char, 16'000> pixels{};
};

struct image {
    std::string name;
    std::vector<tile> tiles;
};

struct frame {
    int number = 0;
    std::array<char, 1 << 20> pixels{};
};

struct film {
    std::vector<frame> frames;
};

struct frame_with_functions {
    int number = 0;
    std::array<char, 1 << 20> pixels{};

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(number, pixels);
    }
};

struct large_record {
    char name[4096];
};

class account {
public:
    explicit account(int);
    template <class Archive>
    void serialize(Archive& archive);
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<account>& construct);
};

struct customer {
    account own;
    std::array<char, 4096> name;
};

// That these are answers at all is the point: Boost.PFR would need gigabytes of the compiler's memory for each.
static_assert(!serializable<frame> && !serializable<film> && !serializable<std::pair<int, frame>>);
static_assert(!serializable<large_record> && !serializable<customer>);

struct counted {
    explicit counted(int start = 0) : count(start) {}
    int count;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(count);
    }
};

struct visit {
    counted pages;
    std::string who;
};

template <class T>
T copy_of(const T& value)
{
    detail::byte_buffer written;
    writer to(written);
    encode(to, value);
    reader from(std::span<const std::byte>(written.begin(), written.end()));
    return decode<T>(from);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_hundred_members_are_taken_apart)
{
    row value{};
    value.a0 = 1;
    value.a99 = 2;
    const auto copy = copy_of(value);
    BOOST_TEST(copy.a0 == 1);
    BOOST_TEST(copy.a50 == 0);
    BOOST_TEST(copy.a99 == 2);
}

BOOST_AUTO_TEST_CASE(a_member_may_have_an_explicit_default_constructor)
{
    const auto copy = copy_of(visit{counted(3), "me"});
    BOOST_TEST(copy.pages.count == 3);
    BOOST_TEST(copy.who == "me");
}

BOOST_AUTO_TEST_CASE(an_array_below_the_limit_is_taken_apart)
{
    image value{"map", std::vector<tile>(2)};
    value.tiles[1].number = 7;
    value.tiles[1].pixels.back() = 'x';
    const auto copy = copy_of(value);
    BOOST_TEST(copy.tiles.at(1).number == 7);
    BOOST_TEST(copy.tiles.at(1).pixels.back() == 'x');
}

BOOST_AUTO_TEST_CASE(a_large_aggregate_has_functions_of_its_own)
{
    std::vector<frame_with_functions> value(1);
    value[0].pixels.back() = 'x';
    BOOST_TEST(copy_of(value).at(0).pixels.back() == 'x');
}

BOOST_AUTO_TEST_SUITE_END()
