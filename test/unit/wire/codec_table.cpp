// SPDX-License-Identifier: BSL-1.0
// One round trip for each row of the table in doc/serialization.md; the last test compares the two.
#include <procpool/detail/decoder.hpp>
#include <procpool/detail/encoder.hpp>
#include <procpool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <future>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(wire_codec_table)

namespace {

using namespace std::string_literals;
using procpool::decode;
using procpool::encode;
using procpool::detail::decoder;
using procpool::detail::encoder;
using procpool::detail::parameter;

struct row {
    const char* name;
    void (*round_trip)();
};

template <class T>
procpool::detail::byte_buffer bytes_of(const T& value)
{
    procpool::detail::byte_buffer bytes;
    encoder(bytes).put(value);
    return bytes;
}

/// What arrives in the other process; everything that was written is read.
template <class T>
T sent(const T& value)
{
    static_assert(procpool::serializable<T>);
    const auto bytes = bytes_of(value);
    decoder from(bytes);
    T arrived = from.get<T>();
    BOOST_TEST(from.source().remaining() == 0u);
    return arrived;
}

template <class T>
void arrives_equal(const T& value)
{
    BOOST_CHECK(sent(value) == value);
}

template <class... T>
void arrive_equal(const T&... values)
{
    (arrives_equal(values), ...);
}

template <class Queue>
auto drained(Queue queue)
{
    std::vector<typename Queue::value_type> elements;
    for (; !queue.empty(); queue.pop())
        if constexpr (requires { queue.top(); })
            elements.push_back(queue.top());
        else
            elements.push_back(queue.front());
    return elements;
}

template <class Queue>
void arrives_in_order(const Queue& queue)
{
    BOOST_CHECK(drained(sent(queue)) == drained(queue));
}

enum class color : std::uint8_t { red, green = 200 };

struct point {
    int x = 0;
    double y = 0;
    friend bool operator==(const point&, const point&) = default;
};

struct job {
    std::string name;
    std::vector<point> points;
    std::optional<color> tint;
    friend bool operator==(const job&, const job&) = default;
};

class account {
public:
    account() = default;
    explicit account(int balance) : balance_(balance) {}
    int balance() const { return balance_; }
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(balance_);
    }

private:
    int balance_ = 0;
};

class sealed {
public:
    explicit sealed(int value) : value_(value) {}
    int value() const { return value_; }
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(value_);
    }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<sealed>& construct)
    {
        int value = 0;
        archive(value);
        construct(value);
    }

private:
    int value_;
};

void views()
{
    const auto text = bytes_of(std::string_view("text"));
    decoder from(text);
    auto stored = parameter<std::string_view>::decode(from);
    BOOST_TEST(parameter<std::string_view>::get(stored) == "text");
}

void spans()
{
    const std::vector<double> numbers{1, 2, 3};
    const auto bytes = bytes_of(std::span<const double>(numbers));
    decoder from(bytes);
    auto stored = parameter<std::span<const double>>::decode(from);
    BOOST_TEST(parameter<std::span<const double>>::get(stored) == numbers, boost::test_tools::per_element());
}

void pointers_that_share()
{
    const auto one = std::make_shared<int>(7);
    const auto arrived = sent(std::tuple(one, one, std::weak_ptr<int>(one), std::shared_ptr<int>()));
    BOOST_TEST(*std::get<0>(arrived) == 7);
    BOOST_CHECK(std::get<0>(arrived) == std::get<1>(arrived));
    BOOST_CHECK(std::get<0>(arrived) == std::get<2>(arrived).lock());
    BOOST_CHECK(std::get<3>(arrived) == nullptr);
}

void pointers_that_own()
{
    std::vector<std::unique_ptr<std::string>> pointers(2);
    pointers[0] = std::make_unique<std::string>("here");
    const auto arrived = sent(pointers);
    BOOST_TEST(*arrived.at(0) == "here");
    BOOST_CHECK(arrived.at(1) == nullptr);
}

void error_codes()
{
    arrive_equal(std::error_code(), std::make_error_code(std::errc::io_error),
                 std::error_code(ENOENT, std::system_category()), std::make_error_code(std::future_errc::no_state),
                 std::make_error_code(std::io_errc::stream),
                 std::error_code(make_error_code(procpool::errc::timed_out)));
    arrive_equal(boost::system::error_code(), make_error_code(procpool::errc::timed_out),
                 make_error_code(boost::system::errc::io_error),
                 boost::system::error_code(ENOENT, boost::system::system_category()),
                 boost::system::error_code(std::make_error_code(std::future_errc::no_state)));
}

const row rows[] = {
    {"`bool`, characters, integers, floating point",
     [] { arrive_equal(true, 'c', u8'c', L'c', u'c', U'c', -1, ~0ull, std::int8_t{-3}, 1.5f, 2.5, 3.5L); }},
    {"enumerations, `std::byte`", [] { arrive_equal(color::green, std::byte{255}, std::vector{std::byte{1}}); }},
    {"`std::string` and its kin", [] { arrive_equal("text\0more"s, L"wide"s, u8"8"s, u"16"s, U"32"s, ""s); }},
    {"`std::vector`",
     [] {
         arrive_equal(std::vector{1, 2}, std::vector{"a"s, "b"s}, std::vector<std::vector<int>>(3));
     }},
    {"`std::vector<bool>`",
     [] {
         arrive_equal(std::vector<bool>{true, false, true}, std::vector<bool>());
     }},
    {"`std::array`",
     [] {
         arrive_equal(std::array{1, 2}, std::array{"a"s}, std::array<bool, 2>{true}, std::array<int, 0>());
     }},
    {"`std::deque`, `std::list`, `std::forward_list`",
     [] {
         arrive_equal(std::deque{1, 2}, std::list{"a"s, "b"s}, std::forward_list{3.5, 4.5});
     }},
    {"`std::map`, `std::multimap`",
     [] {
         arrive_equal(std::map<std::string, int>{{"a", 1}}, std::multimap<int, std::string>{{1, "a"}, {1, "b"}});
     }},
    {"`std::set`, `std::multiset`",
     [] {
         arrive_equal(std::set{1, 2}, std::multiset{"a"s, "a"s});
     }},
    {"`std::unordered_map`, `std::unordered_multimap`",
     [] {
         arrive_equal(std::unordered_map<std::string, int>{{"a", 1}, {"b", 2}},
                      std::unordered_multimap<int, int>{{1, 2}, {1, 3}});
     }},
    {"`std::unordered_set`, `std::unordered_multiset`",
     [] {
         arrive_equal(std::unordered_set{1, 2}, std::unordered_multiset{1, 1});
     }},
    {"`std::stack`, `std::queue`, `std::priority_queue`",
     [] {
         arrives_in_order(std::stack<int>(std::deque{1, 2}));
         arrives_in_order(std::queue<int>(std::deque{1, 2}));
         arrives_in_order(std::priority_queue<int>(std::less<int>(), std::vector{1, 3, 2}));
     }},
    {"`std::pair`, `std::tuple`", [] { arrive_equal(std::pair(1, "a"s), std::tuple(1, "a"s, 2.5), std::tuple<>()); }},
    {"`std::optional`", [] { arrive_equal(std::optional("a"s), std::optional<int>()); }},
    {"`std::variant`, `std::monostate`",
     [] { arrive_equal(std::variant<int, std::string>("a"), std::variant<std::monostate, int>(), std::monostate()); }},
    {"`std::unique_ptr`", &pointers_that_own},
    {"`std::shared_ptr`, `std::weak_ptr`", &pointers_that_share},
    {"`std::bitset`", [] { arrive_equal(std::bitset<70>(5), std::bitset<8>("10101010")); }},
    {"`std::complex`", [] { arrive_equal(std::complex(1.5, -2.5)); }},
    {"`std::valarray`",
     [] {
         BOOST_CHECK((sent(std::valarray{1, 2}) == std::valarray{1, 2}).min());
         BOOST_CHECK((sent(std::valarray{true, false}) == std::valarray{true, false}).min());
         BOOST_TEST(sent(std::valarray<std::string>{"a", "b"})[1] == "b");
         BOOST_TEST(sent(std::valarray<int>()).size() == 0u);
         BOOST_TEST(sent(std::valarray<std::string>()).size() == 0u);
     }},
    {"`std::atomic`",
     [] {
         const auto bytes = bytes_of(std::atomic(7));
         procpool::reader from(bytes);
         std::atomic<int> arrived = 0;
         from(arrived);
         BOOST_TEST(arrived == 7);
     }},
    {"`std::chrono::duration`, `std::chrono::time_point`",
     [] { arrive_equal(std::chrono::milliseconds(5), std::chrono::system_clock::now()); }},
    {"`std::filesystem::path`", [] { arrive_equal(std::filesystem::path("/tmp/a b"), std::filesystem::path()); }},
    {"`std::error_code`, `boost::system::error_code`", &error_codes},
    {"`std::string_view` and its kin (parameters only)", &views},
    {"`std::span<const T>` (parameters only)", &spans},
    {"aggregates",
     [] {
         arrive_equal(point{1, 2.5}, job{"name", {{1, 2}, {3, 4}}, color::red}, job());
     }},
    {"classes with functions for cereal", [] { BOOST_TEST(sent(account(42)).balance() == 42); }},
    {"classes with `load_and_construct()`", [] { BOOST_TEST(sent(sealed(42)).value() == 42); }},
};

/// The first cells of the first table in the document.
std::set<std::string> documented_rows()
{
    std::ifstream document(PROCPOOL_SOURCE_DIR "/doc/serialization.md");
    std::set<std::string> names;
    for (std::string line; std::getline(document, line) && !(line.empty() && !names.empty());)
        if (line.starts_with("| ") && !line.starts_with("| Type"))
            names.insert(line.substr(2, line.find(" |") - 2));
    return names;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_type_of_the_table_arrives_as_it_was_sent)
{
    for (const auto& [name, round_trip] : rows)
        BOOST_TEST_CONTEXT(name)
    round_trip();
}

BOOST_AUTO_TEST_CASE(every_row_of_the_table_is_tested_and_every_test_is_a_row)
{
    std::set<std::string> tested;
    for (const auto& row : rows)
        tested.insert(row.name);
    const auto documented = documented_rows();
    BOOST_TEST(tested == documented, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
