// SPDX-License-Identifier: BSL-1.0
// Pointers to base classes.
#include <procpool/codec.hpp>
#include <procpool/error.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace procpool::test::polymorphic {
namespace {

struct shape {
    virtual ~shape() = default;
    virtual double area() const = 0;
};

struct square : shape {
    explicit square(double length = 0) : side(length) {}
    double area() const override { return side * side; }
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(side);
    }

    double side;
};

struct circle : shape {
    double area() const override { return 3; }
    template <class Archive>
    void serialize(Archive&)
    {
    }
};

struct unregistered : shape {
    double area() const override { return 0; }
};

/// A base class that has objects of its own.
struct animal {
    virtual ~animal() = default;
    virtual std::string sound() const { return ""; }
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(name);
    }

    std::string name;
};

struct dog : animal {
    std::string sound() const override { return "woof"; }
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(cereal::base_class<animal>(this));
    }
};

struct stray_dog : animal {
    std::string sound() const override { return "grrr"; }
};

} // namespace
} // namespace procpool::test::polymorphic

using namespace procpool::test::polymorphic; // for the names in the bytes

CEREAL_REGISTER_TYPE(square)
CEREAL_REGISTER_TYPE(circle)
CEREAL_REGISTER_TYPE(dog)
CEREAL_REGISTER_POLYMORPHIC_RELATION(shape, square)
CEREAL_REGISTER_POLYMORPHIC_RELATION(shape, circle)

BOOST_AUTO_TEST_SUITE(wire_polymorphic)

namespace {

using namespace procpool;
using bytes = std::vector<std::byte>;

template <class T>
concept sent = serializable<std::unique_ptr<T>> && serializable<std::shared_ptr<T>> && serializable<std::weak_ptr<T>>;

static_assert(sent<shape> && sent<const shape> && sent<animal> && !serializable<shape>);
static_assert(serializable<std::map<int, std::vector<std::unique_ptr<shape>>>>);

template <class T>
bytes bytes_of(const T& value)
{
    detail::byte_buffer written;
    writer to(written);
    encode(to, value);
    return {written.begin(), written.end()};
}

template <class T>
T value_of(const bytes& written)
{
    reader from(written);
    return decode<T>(from);
}

template <class T>
T copy_of(const T& value)
{
    return value_of<T>(bytes_of(value));
}

/// Whether it is errc::not_serializable, with these words.
auto says(const std::string& words)
{
    return [words](const boost::system::system_error& error) {
        return error.code() == errc::not_serializable && std::string(error.what()).find(words) != std::string::npos;
    };
}

/// The bytes with another name of the same length in them.
bytes renamed(bytes written, const std::string& from, const std::string& to)
{
    const auto same = [](std::byte left, char right) { return left == std::byte(right); };
    const auto found = std::search(written.begin(), written.end(), from.begin(), from.end(), same);
    BOOST_REQUIRE(found != written.end());
    std::ranges::transform(to, found, [](char letter) { return std::byte(letter); });
    return written;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_pointer_to_an_abstract_class_brings_an_object_of_a_derived_class)
{
    const std::unique_ptr<shape> owned = std::make_unique<square>(3);
    const std::shared_ptr<const shape> shared = std::make_shared<square>(4);
    BOOST_TEST(copy_of(owned)->area() == 9);
    BOOST_TEST(copy_of(shared)->area() == 16);
    BOOST_TEST(!copy_of(std::unique_ptr<shape>()));
}

BOOST_AUTO_TEST_CASE(pointers_to_base_classes_may_be_nested)
{
    std::map<int, std::vector<std::unique_ptr<shape>>> all;
    all[1].push_back(std::make_unique<square>(2));
    all[1].push_back(std::make_unique<circle>());
    all[1].push_back(nullptr);
    all[2].push_back(std::make_unique<square>(5));
    const auto copy = copy_of(all);
    BOOST_TEST(copy.at(1).at(0)->area() == 4);
    BOOST_TEST(copy.at(1).at(1)->area() == 3);
    BOOST_TEST(!copy.at(1).at(2));
    BOOST_TEST(copy.at(2).at(0)->area() == 25);
}

BOOST_AUTO_TEST_CASE(pointers_to_one_object_still_share_it_whatever_they_point_to)
{
    const auto object = std::make_shared<square>(2);
    const auto copy = copy_of(
        std::tuple<std::shared_ptr<shape>, std::shared_ptr<square>, std::weak_ptr<shape>>(object, object, object));
    BOOST_TEST(std::get<0>(copy) == std::get<1>(copy));
    BOOST_TEST(std::get<2>(copy).lock() == std::get<0>(copy));
}

BOOST_AUTO_TEST_CASE(a_base_class_may_have_objects_of_its_own)
{
    const auto rex = std::make_shared<dog>();
    rex->name = "Rex";
    const auto copy = copy_of(std::vector<std::shared_ptr<animal>>{rex, std::make_shared<animal>()});
    BOOST_TEST(copy.at(0)->name + copy.at(0)->sound() == "Rexwoof");
    BOOST_TEST(copy.at(1)->sound() == "");
}

BOOST_AUTO_TEST_CASE(a_class_that_is_not_registered_is_not_serializable)
{
    const std::unique_ptr<shape> abstract = std::make_unique<unregistered>();
    BOOST_CHECK_EXCEPTION(bytes_of(abstract), boost::system::system_error, says("unregistered"));
    BOOST_CHECK_EXCEPTION(bytes_of(abstract), boost::system::system_error, says("CEREAL_REGISTER_TYPE"));
    const std::shared_ptr<animal> concrete = std::make_shared<stray_dog>();
    BOOST_CHECK_EXCEPTION(bytes_of(concrete), boost::system::system_error, says("stray_dog"));
}

BOOST_AUTO_TEST_CASE(bytes_cannot_name_a_class_that_is_not_registered)
{
    const auto written = bytes_of(std::unique_ptr<shape>(std::make_unique<square>(1)));
    BOOST_CHECK_EXCEPTION(value_of<std::unique_ptr<shape>>(renamed(written, "square", "sphere")),
                          boost::system::system_error, says("sphere"));
}

BOOST_AUTO_TEST_CASE(a_long_name_of_a_class_is_cut_in_the_error)
{
    constexpr std::uint32_t first_with_its_name = 0x80000001;
    detail::byte_buffer written;
    writer to(written);
    to(first_with_its_name, std::string(1'000'000, '\a'));
    reader from(std::span<const std::byte>(written.begin(), written.end()));
    BOOST_CHECK_EXCEPTION(decode<std::unique_ptr<shape>>(from), boost::system::system_error, [](const auto& error) {
        const std::string text = error.what();
        return text.size() < 2000 && text.find("unregistered polymorphic type") != std::string::npos &&
               text.find('\a') == std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(bytes_cannot_name_a_class_of_another_base)
{
    const auto sent = std::make_shared<dog>();
    sent->name = "a name that lies on the heap";
    const std::shared_ptr<animal> shared = sent;
    const std::unique_ptr<animal> owned = std::make_unique<dog>(*sent);
    BOOST_CHECK_EXCEPTION(value_of<std::shared_ptr<shape>>(bytes_of(shared)), boost::system::system_error,
                          says("not registered as of a derived class"));
    BOOST_CHECK_EXCEPTION(value_of<std::unique_ptr<shape>>(bytes_of(owned)), boost::system::system_error,
                          says("not registered as of a derived class"));
}

BOOST_AUTO_TEST_CASE(bytes_cannot_refer_to_a_class_or_object_that_is_not_there)
{
    const auto words = [](std::initializer_list<std::uint32_t> numbers) {
        const auto as_bytes = std::as_bytes(std::span(numbers));
        return bytes(as_bytes.begin(), as_bytes.end());
    };
    using owned = std::unique_ptr<shape>;
    for (const std::uint32_t id : {1U, 7U, 0x4000'0000U, 0x4000'0001U, 0x8000'0001U, 0xc000'0001U, 0xffff'ffffU}) {
        BOOST_CHECK_EXCEPTION(value_of<owned>(words({id, 1, 1, 1})), boost::system::system_error, says("made from"));
        BOOST_CHECK_EXCEPTION(value_of<std::shared_ptr<shape>>(words({id, 1, 1, 1})), boost::system::system_error,
                              says("made from"));
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_end_too_early_are_not_serializable)
{
    std::vector<std::unique_ptr<shape>> all;
    all.push_back(std::make_unique<square>(2));
    all.push_back(std::make_unique<square>(3));
    const auto written = bytes_of(all);
    for (std::size_t size = 0; size < written.size(); ++size)
        BOOST_CHECK_THROW(value_of<decltype(all)>(bytes(written.begin(), written.begin() + std::ptrdiff_t(size))),
                          boost::system::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
