// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/decoder.hpp>
#include <procpool/detail/encoder.hpp>
#include <procpool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_codec)

namespace {

using namespace procpool;
using detail::decoder;
using detail::encoder;
using detail::parameter;
using bytes = std::vector<std::byte>;

struct point {
    int x = 0;
    double y = 0;
};

struct tree {
    int value = 0;
    std::vector<tree> children;
};

struct chain {
    std::unique_ptr<chain> next;
};

struct family {
    std::shared_ptr<family> child;
    std::weak_ptr<family> parent;
};

struct empty {};

struct with_array {
    char name[8];
    int value;
};

struct with_array_behind {
    point first;
    std::string second;
    double third[2];
};

struct with_base : point {
    int z = 0;
};

struct with_pointer {
    int value;
    int* pointer;
};

struct legacy {
    int values[3] = {};
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(values);
    }
};

struct with_const_member {
    const int number = 0;
};

struct only_half {
    int value = 0;
    template <class Archive>
    void save(Archive& archive) const
    {
        archive(value * 2);
    }
    template <class Archive>
    void load(Archive& archive)
    {
        archive(value);
    }
};

class throws_when_written {
public:
    template <class Archive>
    void save(Archive&) const
    {
        throw std::runtime_error("no ink");
    }
    template <class Archive>
    void load(Archive&)
    {
    }
};

class without_default {
public:
    explicit without_default(int) {}
    template <class Archive>
    void serialize(Archive&)
    {
    }
};

static_assert(serializable<tree> && serializable<chain> && serializable<empty> && serializable<legacy>);
static_assert(!serializable<with_array> && !serializable<with_array_behind> && !serializable<with_base>);
static_assert(!serializable<int*> && !serializable<const char*> && !serializable<std::vector<int*>>);
static_assert(!serializable<with_pointer> && !serializable<std::map<int, with_pointer>>);
static_assert(!serializable<int&> && !serializable<void> && !serializable<int point::*>);
static_assert(!serializable<std::string_view> && !serializable<std::span<const int>>);
static_assert(!serializable<std::function<void()>> && !serializable<std::vector<std::string_view>>);
static_assert(!serializable<without_default>);
static_assert(!serializable<const int> && !serializable<with_const_member>);
static_assert(!serializable<std::pair<const int, int>> && serializable<std::vector<std::map<int, int>>>);
static_assert(serializable<std::shared_ptr<const int>> && serializable<std::unique_ptr<const int>>);
static_assert(serializable_parameter<std::string_view> && serializable_parameter<std::span<const tree>>);
static_assert(!serializable_parameter<std::span<int>> && !serializable_parameter<std::span<const with_pointer>>);

template <class T>
bytes bytes_of(const T& value)
{
    detail::byte_buffer written;
    encoder(written).put(value);
    return {written.begin(), written.end()};
}

template <class T>
bytes archive_bytes_of(const T& value)
{
    detail::byte_buffer written;
    writer to(written);
    encode(to, value);
    return {written.begin(), written.end()};
}

template <class T>
T value_of(const bytes& written)
{
    return decoder(written).get<T>();
}

template <class Action>
std::string failure_of(Action action)
{
    try {
        action();
    } catch (const boost::system::system_error& error) {
        BOOST_TEST((error.code() == errc::not_serializable));
        return error.what();
    }
    return "nothing was thrown";
}

template <class T>
std::string reading_failure(const bytes& written)
{
    return failure_of([&] { value_of<T>(written); });
}

chain chain_of(std::size_t length)
{
    chain first;
    for (; length != 0; --length) {
        auto next = std::make_unique<chain>(std::move(first));
        first.next = std::move(next);
    }
    return first;
}

/// Views an offset that is not aligned for the elements.
template <class View>
View read_at(const bytes& written, std::vector<std::uint64_t>& memory, std::size_t offset,
             typename parameter<View>::storage& stored)
{
    memory.assign(written.size() / 8 + 2, 0);
    auto* start = reinterpret_cast<std::byte*>(memory.data()) + offset;
    std::ranges::copy(written, start);
    decoder from(std::span(start, written.size()));
    stored = parameter<View>::decode(from);
    return parameter<View>::get(stored);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_tree_arrives_with_its_branches)
{
    const auto arrived = value_of<tree>(bytes_of(tree{1, {{2, {}}, {3, {{4, {}}}}}}));
    BOOST_TEST(arrived.children.at(1).children.at(0).value == 4);
}

BOOST_AUTO_TEST_CASE(a_users_own_functions_win_over_taking_apart)
{
    BOOST_TEST(value_of<only_half>(bytes_of(only_half{21})).value == 42);
    BOOST_TEST(value_of<legacy>(bytes_of(legacy{{1, 2, 3}})).values[2] == 3);
}

BOOST_AUTO_TEST_CASE(values_without_state_can_fill_a_container)
{
    BOOST_TEST(value_of<std::vector<empty>>(bytes_of(std::vector<empty>(5))).size() == 5u);
}

BOOST_AUTO_TEST_CASE(numbers_are_written_in_one_piece)
{
    BOOST_TEST(bytes_of(std::vector<double>(1000)).size() == 8u + 8000u);
    BOOST_TEST(bytes_of(std::vector<std::byte>(1000)).size() == 8u + 1000u);
    BOOST_TEST(bytes_of(std::string(1000, ' ')).size() == 8u + 1000u);
}

BOOST_AUTO_TEST_CASE(what_the_buffer_held_is_kept)
{
    detail::byte_buffer written;
    written.append("abc", 3);
    encoder(written).put(std::int32_t{7});
    BOOST_TEST(written.size() == 7u);
    BOOST_TEST(std::memcmp(written.data(), "abc", 3) == 0);
}

BOOST_AUTO_TEST_CASE(what_needs_no_archive_has_the_bytes_that_one_would_write)
{
    enum class colour : std::uint16_t { red = 7 };
    const auto same = [](const auto& value) { return bytes_of(value) == archive_bytes_of(value); };
    BOOST_TEST(same(42));
    BOOST_TEST(same(2.5));
    BOOST_TEST(same(colour::red));
    BOOST_TEST(same(std::string("text")));
    BOOST_TEST(same(std::u16string(u"text")));
    BOOST_TEST(same(std::vector<double>{1, 2, 3}));
    BOOST_TEST(same(std::vector<std::byte>(3)));
    BOOST_TEST(same(std::string_view("text")));
    BOOST_TEST(same(std::span<const double>()));
}

BOOST_AUTO_TEST_CASE(arguments_that_share_a_pointee_share_it_on_the_other_side)
{
    detail::byte_buffer written;
    encoder to(written);
    const auto shared = std::make_shared<int>(7);
    to.put(shared);
    to.put(1);
    to.put(shared);
    decoder from(written);
    const auto first = from.get<std::shared_ptr<int>>();
    BOOST_TEST(from.get<int>() == 1);
    BOOST_TEST(from.get<std::shared_ptr<int>>() == first);
    BOOST_TEST(*first == 7);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_not_aligned_in_memory_are_read_all_the_same)
{
    detail::byte_buffer written;
    encoder to(written);
    to.put(std::uint8_t{1});
    to.put(std::vector<double>{1, 2, 3});
    decoder from(written);
    from.get<std::uint8_t>();
    BOOST_TEST(from.get<std::vector<double>>() == (std::vector<double>{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_view_shows_the_bytes_of_the_call)
{
    const std::vector<double> numbers{1, 2, 3};
    detail::byte_buffer written;
    encoder to(written);
    to.put(true); // so that padding is needed
    to.put(std::span<const double>(numbers));
    decoder from(written);
    from.get<bool>();
    const auto stored = parameter<std::span<const double>>::decode(from);
    BOOST_TEST(stored.view == numbers, boost::test_tools::per_element());
    BOOST_TEST(static_cast<const void*>(stored.view.data()) == static_cast<const void*>(written.data() + 16));
    BOOST_TEST(from.source().remaining() == 0u);
}

BOOST_AUTO_TEST_CASE(a_view_of_misaligned_bytes_owns_a_copy)
{
    const std::vector<double> numbers{1, 2, 3};
    std::vector<std::uint64_t> memory;
    parameter<std::span<const double>>::storage stored;
    const auto view = read_at<std::span<const double>>(bytes_of(std::span<const double>(numbers)), memory, 4, stored);
    BOOST_TEST(view == numbers, boost::test_tools::per_element());
    BOOST_TEST(stored.owned.get() == view.data());
}

BOOST_AUTO_TEST_CASE(a_span_of_strings_owns_them)
{
    const std::vector<std::string> texts{"a", "b"};
    const auto written = bytes_of(std::span<const std::string>(texts));
    decoder from(written);
    auto stored = parameter<std::span<const std::string>>::decode(from);
    BOOST_TEST(parameter<std::span<const std::string>>::get(stored) == texts, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(other_parameters_are_values)
{
    const auto written = bytes_of(std::make_unique<int>(7));
    decoder from(written);
    auto stored = parameter<std::unique_ptr<int>>::decode(from);
    BOOST_TEST(*parameter<std::unique_ptr<int>>::get(stored) == 7);
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused)
{
    const auto written = bytes_of(tree{1, {{2, {}}, {3, {{4, {}}}}}});
    for (std::size_t size = 0; size < written.size(); ++size)
        BOOST_TEST(reading_failure<tree>(bytes(written.begin(), written.begin() + static_cast<int>(size))) !=
                   "nothing was thrown");
}

BOOST_AUTO_TEST_CASE(a_count_beyond_the_bytes_is_refused_before_memory_is_asked_for)
{
    const auto huge = bytes_of(~std::uint64_t{0} / 16);
    BOOST_TEST(reading_failure<std::string>(huge).ends_with("a count is greater than the bytes that remain"));
    BOOST_TEST(reading_failure<std::vector<int>>(huge).ends_with("a count is greater than the bytes that remain"));
    BOOST_TEST(reading_failure<std::vector<tree>>(huge).ends_with("a count is greater than the bytes that remain"));
    const auto nine_doubles_in_nine_bytes = bytes_of(std::string(9, ' '));
    BOOST_TEST(reading_failure<std::vector<double>>(nine_doubles_in_nine_bytes)
                   .ends_with("a count is greater than the bytes that remain"));
}

BOOST_AUTO_TEST_CASE(big_elements_are_made_only_as_their_bytes_are_read)
{
    using block = std::array<char, 1 << 20>;
    const auto written = bytes_of(std::string(1 << 20, ' ')); // the count says 2^20 blocks, a terabyte
    BOOST_TEST(reading_failure<std::vector<block>>(written).ends_with("the bytes end too early"));
    BOOST_TEST(reading_failure<std::deque<block>>(written).ends_with("the bytes end too early"));
    BOOST_TEST(reading_failure<std::list<block>>(written).ends_with("the bytes end too early"));
    BOOST_TEST(reading_failure<std::forward_list<block>>(written).ends_with("the bytes end too early"));
    BOOST_TEST(reading_failure<std::valarray<block>>(written).ends_with("the bytes end too early"));
}

BOOST_AUTO_TEST_CASE(a_bool_is_zero_or_one)
{
    const bytes two{std::byte{2}};
    BOOST_TEST(reading_failure<bool>(two).ends_with("a bool is neither true nor false"));
    BOOST_TEST((reading_failure<std::array<bool, 1>>(two).ends_with("a bool is neither true nor false")));
    BOOST_TEST(reading_failure<std::optional<int>>(two).ends_with("a bool is neither true nor false"));
}

BOOST_AUTO_TEST_CASE(a_variant_has_the_alternative)
{
    using variant = std::variant<int, std::string>;
    BOOST_TEST(reading_failure<variant>(bytes_of(std::tuple(2, 0))) != "nothing was thrown");
    BOOST_TEST(reading_failure<variant>(bytes_of(std::tuple(-1, 0))) != "nothing was thrown");
}

BOOST_AUTO_TEST_CASE(a_shared_pointer_never_refers_to_an_object_of_another_type)
{
    using pointers = std::pair<std::shared_ptr<int>, std::shared_ptr<std::string>>;
    const auto first = bytes_of(std::tuple(0x80000001u, 7, 1u));
    BOOST_TEST(reading_failure<pointers>(first).ends_with("a shared pointer refers to an object that is not there"));
    const auto twice = bytes_of(std::tuple(0x80000001u, 7, 0x80000001u));
    BOOST_TEST(reading_failure<pointers>(twice).ends_with("the numbers of shared pointers are out of order"));
    const auto unknown = bytes_of(std::tuple(3u, 1u));
    BOOST_TEST(reading_failure<pointers>(unknown).ends_with("a shared pointer refers to an object that is not there"));
}

BOOST_AUTO_TEST_CASE(shared_pointers_are_numbered_one_after_the_other)
{
    using pointers = std::vector<std::shared_ptr<int>>;
    const auto a_gap = archive_bytes_of(std::tuple(std::uint64_t{2}, 0x80000001u, 7, 0x80000003u, 8));
    BOOST_TEST(reading_failure<pointers>(a_gap).ends_with("the numbers of shared pointers are out of order"));
    const auto in_order = archive_bytes_of(std::tuple(std::uint64_t{2}, 0x80000001u, 7, 0x80000002u, 8));
    BOOST_TEST(value_of<pointers>(in_order).size() == 2u);
}

/// Keys that all lie in one bucket when so many are in the table.
std::vector<std::uint64_t> colliding_keys(std::uint64_t count)
{
    std::unordered_set<std::uint64_t> table;
    for (std::uint64_t number = 0; number != count; ++number)
        table.insert(number);
    std::vector<std::uint64_t> keys;
    for (std::uint64_t number = 0; number != count; ++number)
        keys.push_back(number * table.bucket_count());
    return keys;
}

BOOST_AUTO_TEST_CASE(keys_that_were_chosen_to_collide_are_refused_before_they_cost_seconds)
{
    const auto keys = colliding_keys(80'000);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> elements;
    for (const auto key : keys)
        elements.emplace_back(key, 0);
    const auto set = archive_bytes_of(keys);
    const auto map = archive_bytes_of(elements);
    const std::string reason = "the keys of an unordered container collide too often: its hash must spread them";
    BOOST_TEST(reading_failure<std::unordered_set<std::uint64_t>>(set).ends_with(reason));
    BOOST_TEST(reading_failure<std::unordered_multiset<std::uint64_t>>(set).ends_with(reason));
    using unordered_map = std::unordered_map<std::uint64_t, std::uint64_t>;
    using unordered_multimap = std::unordered_multimap<std::uint64_t, std::uint64_t>;
    BOOST_TEST(reading_failure<unordered_map>(map).ends_with(reason));
    BOOST_TEST(reading_failure<unordered_multimap>(map).ends_with(reason));
}

struct bad_hash {
    template <class T>
    std::size_t operator()(const T&) const
    {
        return 7;
    }
};

BOOST_AUTO_TEST_CASE(containers_of_containers_have_one_limit)
{
    using set = std::unordered_set<int, bad_hash>;
    set keys;
    for (int number = 0; number != 3000; ++number)
        keys.insert(number);
    BOOST_TEST((value_of<std::vector<set>>(bytes_of(std::vector(2, keys))).size() == 2u));
    BOOST_TEST(reading_failure<std::vector<set>>(bytes_of(std::vector(10, keys))).ends_with("must spread them"));
}

struct explicitly_made {
    int number;
    explicit explicitly_made() : number(7) {}
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(number);
    }
};

struct with_explicitly_made {
    explicitly_made member;
    bool operator==(const with_explicitly_made& other) const { return member.number == other.member.number; }
};

BOOST_AUTO_TEST_CASE(values_of_a_hash_table_are_made_as_elsewhere)
{
    const std::unordered_map<int, with_explicitly_made> map{{1, with_explicitly_made()}};
    BOOST_TEST((value_of<std::unordered_map<int, with_explicitly_made>>(bytes_of(map)) == map));
    const std::set<std::pair<int, int>> pairs{{1, 2}};
    BOOST_TEST((value_of<std::set<std::pair<int, int>>>(bytes_of(pairs)) == pairs));
}

BOOST_AUTO_TEST_CASE(long_keys_that_collide_are_refused_sooner)
{
    std::vector<std::string> keys;
    for (int number = 0; number != 2000; ++number)
        keys.push_back(std::string(2000, 'x') + std::to_string(number));
    using long_keys = std::unordered_set<std::string, bad_hash>;
    BOOST_TEST(reading_failure<long_keys>(bytes_of(keys)).ends_with("its hash must spread them"));
    keys.resize(200);
    BOOST_TEST(value_of<long_keys>(bytes_of(keys)).size() == 200u);
}

BOOST_AUTO_TEST_CASE(a_bad_hash_and_many_equal_keys_are_no_attack)
{
    std::unordered_set<int, bad_hash> in_one_bucket;
    for (int number = 0; number != 4000; ++number)
        in_one_bucket.insert(number);
    BOOST_TEST((value_of<std::unordered_set<int, bad_hash>>(bytes_of(in_one_bucket)) == in_one_bucket));
    const std::unordered_multimap<int, int> equal = [] {
        std::unordered_multimap<int, int> all;
        for (int number = 0; number != 100'000; ++number)
            all.emplace(number % 2, number);
        return all;
    }();
    BOOST_TEST((value_of<std::unordered_multimap<int, int>>(bytes_of(equal)).size() == equal.size()));
}

BOOST_AUTO_TEST_CASE(a_weak_pointer_may_lead_back_to_the_object_that_it_lies_in)
{
    const auto parent = std::make_shared<family>();
    parent->child = std::make_shared<family>();
    parent->child->parent = parent;
    const auto arrived = value_of<std::shared_ptr<family>>(bytes_of(parent));
    BOOST_TEST((arrived->child->parent.lock() == arrived));
}

BOOST_AUTO_TEST_CASE(a_cycle_that_would_never_be_freed_is_refused)
{
    const auto own_child = std::make_shared<family>();
    own_child->child = own_child;
    const auto written = bytes_of(own_child);
    own_child->child = nullptr;
    BOOST_TEST(reading_failure<std::shared_ptr<family>>(written).ends_with(
        "a shared pointer, not a weak one, refers to the object that it lies in"));
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded_when_written)
{
    BOOST_TEST(
        failure_of([] { bytes_of(chain_of(max_nesting)); }).ends_with("values are nested more than 512 levels deep"));
    const auto deepest = bytes_of(chain_of(max_nesting / 2 - 1));
    BOOST_TEST((value_of<chain>(deepest).next != nullptr));
}

BOOST_AUTO_TEST_CASE(two_megabytes_of_nested_pointers_are_refused)
{
    const bytes nested(2 << 20, std::byte{1});
    BOOST_TEST(reading_failure<chain>(nested).ends_with("values are nested more than 512 levels deep"));
}

BOOST_AUTO_TEST_CASE(a_failure_names_the_type_and_the_reason)
{
    BOOST_TEST(
        failure_of([] { bytes_of(std::vector<throws_when_written>(1)); }) ==
        "A value of type std::vector<wire_codec::(anonymous namespace)::throws_when_written, "
        "std::allocator<wire_codec::(anonymous namespace)::throws_when_written> > could not be turned into bytes: "
        "no ink");
    BOOST_TEST(reading_failure<std::string>({}) ==
               "A value of type std::string could not be made from its bytes: the bytes end too early");
}

BOOST_AUTO_TEST_SUITE_END()
