// SPDX-License-Identifier: BSL-1.0
#include "wire/exception_record.hpp"

#include "wire/error_categories.hpp"
#include "wire/frame.hpp"

#include <procpool/detail/throw_error.hpp>
#include <procpool/error.hpp>
#include <procpool/exception.hpp>

#include <boost/test/unit_test.hpp>
#include <boost/throw_exception.hpp>

#include <any>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <regex>
#include <string>
#include <variant>

BOOST_AUTO_TEST_SUITE(wire_exception_record)

namespace {

using namespace procpool;

std::exception_ptr sent(const std::exception_ptr& exception)
{
    return wire::decode_exception(wire::encode_exception(exception));
}

template <class T>
T caught(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const T& error) {
        BOOST_TEST(detail::type_name(typeid(error)) == detail::type_name(typeid(T)));
        return error;
    }
}

/// The code of an error that the library itself has made, which may be of a class derived from system_error.
boost::system::error_code code_of(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
}

/// What arrives of an exception: of the same exact type, with the same text.
template <class T>
T arrived(const T& thrown)
{
    const auto error = caught<T>(sent(std::make_exception_ptr(thrown)));
    BOOST_TEST(std::string(error.what()) == thrown.what());
    return error;
}

template <class... Types>
void arrive(const Types&... thrown)
{
    (static_cast<void>(arrived(thrown)), ...);
}

template <class T, class Action>
T caught_from(Action action)
{
    try {
        action();
    } catch (const T& error) {
        return error;
    }
    throw std::logic_error("nothing was thrown");
}

template <class Action>
std::exception_ptr thrown_by(Action action)
{
    try {
        action();
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

class parse_error : public std::runtime_error {
public:
    parse_error() : runtime_error("") {}
    parse_error(const std::string& text, int line) : runtime_error(text), line_(line) {}
    int line() const { return line_; }
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(line_);
    }

private:
    int line_ = 0;
};

struct decorating : std::runtime_error {
    explicit decorating(const std::string& text) : runtime_error("decorated: " + text) {}
};

struct unregistered : parse_error {
    using parse_error::parse_error;
};

struct failing : std::exception {
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

struct unreadable : std::exception {
    template <class Archive>
    void save(Archive&) const
    {
    }
    template <class Archive>
    void load(Archive&)
    {
        throw 42;
    }
};

struct other_category final : boost::system::error_category {
    const char* name() const noexcept override { return "other"; }
    std::string message(int value) const override { return "other error " + std::to_string(value); }
};

/// The codes of the system_errors that a chain of nested exceptions holds, outermost first.
std::vector<std::string> texts_of(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        std::vector<std::string> texts{error.what()};
        if (const auto* outer = dynamic_cast<const std::nested_exception*>(&error); outer && outer->nested_ptr())
            std::ranges::copy(texts_of(outer->nested_ptr()), std::back_inserter(texts));
        return texts;
    }
}

std::exception_ptr nested_chain(std::size_t length)
{
    auto chain = std::make_exception_ptr(std::runtime_error("0"));
    for (std::size_t i = 1; i < length; ++i)
        chain = thrown_by([&] {
            try {
                std::rethrow_exception(chain);
            } catch (...) {
                std::throw_with_nested(std::runtime_error(std::to_string(i)));
            }
        });
    return chain;
}

} // namespace

BOOST_AUTO_TEST_CASE(standard_exceptions_arrive_as_themselves)
{
    arrive(std::logic_error("a"), std::invalid_argument("b"), std::domain_error("c"), std::length_error("d"),
           std::out_of_range("e"), std::runtime_error(""), std::range_error("g"), std::overflow_error("h"),
           std::underflow_error("i"));
    arrive(std::exception(), std::bad_exception(), std::bad_alloc(), std::bad_array_new_length(), std::bad_cast(),
           std::bad_typeid(), std::bad_any_cast(), std::bad_function_call(), std::bad_optional_access(),
           std::bad_weak_ptr());
}

BOOST_AUTO_TEST_CASE(a_bad_variant_access_keeps_its_reason)
{
    arrive(std::bad_variant_access(),
           caught_from<std::bad_variant_access>([] { static_cast<void>(std::get<0>(std::variant<int, char>('x'))); }));
    const auto valueless = caught_from<std::bad_variant_access>([] {
        struct never_made {
            never_made() { throw 42; }
            never_made(const never_made&) {}
        };
        std::variant<int, never_made> variant;
        BOOST_CHECK_THROW(variant.emplace<1>(), int);
        std::visit([](const auto&) {}, variant);
    });
    arrive(valueless);
}

BOOST_AUTO_TEST_CASE(errors_with_codes_keep_code_and_text)
{
    const std::error_code missing(ENOENT, std::generic_category());
    BOOST_TEST(arrived(std::system_error(missing, "opening")).code() == missing);
    BOOST_TEST(arrived(std::system_error(missing)).code() == missing);
    BOOST_TEST(arrived(std::ios_base::failure("reading", missing)).code() == missing);
    BOOST_TEST(arrived(std::future_error(std::future_errc::broken_promise)).code() ==
               std::make_error_code(std::future_errc::broken_promise));
    const auto regex = caught_from<std::regex_error>([] { std::regex("("); });
    BOOST_TEST(arrived(regex).code() == regex.code());
}

BOOST_AUTO_TEST_CASE(a_filesystem_error_keeps_its_paths)
{
    const auto error =
        caught_from<std::filesystem::filesystem_error>([] { std::filesystem::rename("/does not/exist", "/nor/this"); });
    const auto same = arrived(error);
    BOOST_TEST(same.path1() == error.path1());
    BOOST_TEST(same.path2() == error.path2());
    BOOST_TEST(same.code() == error.code());
}

BOOST_AUTO_TEST_CASE(an_error_of_boost_keeps_code_and_text)
{
    const auto code = make_error_code(errc::queue_full);
    BOOST_TEST((arrived(boost::system::system_error(code, "while trying")).code() == errc::queue_full));
    BOOST_TEST((arrived(detail::error_with(code, "One sentence.")).code() == errc::queue_full));
}

BOOST_AUTO_TEST_CASE(an_unknown_category_keeps_name_and_text)
{
    static const other_category other;
    const auto same = arrived(boost::system::system_error(boost::system::error_code(7, other)));
    BOOST_TEST(same.code().value() == 7);
    BOOST_TEST(same.code().category().name() == "other");
    BOOST_TEST(same.code().message() == "other error 7");
    static const other_category known;
    wire::add_error_category(known);
    BOOST_TEST((arrived(boost::system::system_error(boost::system::error_code(7, other))).code().category() == known));
}

BOOST_AUTO_TEST_CASE(the_librarys_own_exceptions_arrive_as_themselves)
{
    const crash_report report{.worker = 3,
                              .pid = 42,
                              .status = {.code = {}, .signal = 11, .core_dumped = true},
                              .fault_address = 16,
                              .last_lines = {"It hurts."},
                              .stack = {{.address = 4096, .module = "/bin/true", .offset = 96}},
                              .task = 17};
    const auto crash = arrived(worker_crashed(report));
    BOOST_TEST(crash.pid() == 42);
    BOOST_TEST(crash.status().str() == "killed by SIGSEGV (core dumped)");
    BOOST_TEST((crash.report() == report));
    BOOST_TEST(crash.what() == report.summary());
    const auto error = arrived(task_error("a::type", "text"));
    BOOST_TEST(error.type_name() == "a::type");
    BOOST_TEST(error.message() == "text");
}

BOOST_AUTO_TEST_CASE(what_boost_throw_exception_throws_arrives_as_what_was_meant)
{
    const auto thrown = thrown_by([] { boost::throw_exception(std::out_of_range("far")); });
    BOOST_TEST(caught<std::out_of_range>(sent(thrown)).what() == "far");
}

BOOST_AUTO_TEST_CASE(a_registered_type_arrives_as_itself)
{
    register_exception<parse_error>();
    register_exception<decorating>("decorating");
    BOOST_TEST(arrived(parse_error("bad token", 12)).line() == 12);
    arrive(decorating("text"));
}

BOOST_AUTO_TEST_CASE(an_unregistered_type_arrives_as_task_error_with_name_and_text)
{
    register_exception<parse_error>(); // its base class; the exact type decides
    const auto error = caught<task_error>(sent(std::make_exception_ptr(unregistered("bad token", 12))));
    BOOST_TEST(error.type_name() == "wire_exception_record::(anonymous namespace)::unregistered");
    BOOST_TEST(error.message() == "bad token");
}

BOOST_AUTO_TEST_CASE(what_is_no_exception_class_arrives_as_task_error_with_its_name)
{
    const auto error = caught<task_error>(sent(std::make_exception_ptr(42)));
    BOOST_TEST(error.type_name() == "int");
    BOOST_TEST(error.message() == "");
}

BOOST_AUTO_TEST_CASE(a_name_belongs_to_one_type)
{
    register_exception<parse_error>("taken");
    BOOST_TEST((code_of(thrown_by([] { register_exception<decorating>("taken"); })) == errc::invalid_option));
    register_exception<parse_error>();
}

BOOST_AUTO_TEST_CASE(nested_exceptions_keep_their_chain)
{
    const auto thrown = thrown_by([] {
        try {
            throw std::system_error(EIO, std::generic_category(), "disk");
        } catch (...) {
            std::throw_with_nested(std::out_of_range("outer"));
        }
    });
    BOOST_TEST(texts_of(sent(thrown)) == texts_of(thrown), boost::test_tools::per_element());
    BOOST_TEST(texts_of(sent(sent(thrown))) == texts_of(thrown), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_long_chain_is_cut)
{
    BOOST_TEST(texts_of(sent(nested_chain(wire::max_exception_chain + 1))).size() == wire::max_exception_chain);
}

BOOST_AUTO_TEST_CASE(each_call_builds_its_own_object)
{
    const auto bytes = wire::encode_exception(std::make_exception_ptr(std::runtime_error("a")));
    BOOST_TEST((wire::decode_exception(bytes) != wire::decode_exception(bytes)));
}

BOOST_AUTO_TEST_CASE(a_codec_that_fails_is_named)
{
    register_exception<failing>();
    register_exception<unreadable>();
    const auto unwritten = caught<boost::system::system_error>(sent(std::make_exception_ptr(failing())));
    BOOST_TEST((unwritten.code() == errc::not_serializable));
    BOOST_TEST(std::string(unwritten.what()).find("failing could not be turned into bytes: ") != std::string::npos);
    const auto unread = caught<boost::system::system_error>(sent(std::make_exception_ptr(unreadable())));
    BOOST_TEST((unread.code() == errc::not_serializable));
    BOOST_TEST(std::string(unread.what()).find("unreadable could not be made from its bytes: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bytes_that_make_no_sense_are_a_protocol_error)
{
    const std::runtime_error too_long(std::string(wire::max_exception_bytes, 'x'));
    const auto longer = wire::encode_exception(std::make_exception_ptr(too_long));
    BOOST_TEST((code_of(wire::decode_exception(longer)) == errc::protocol_error));
    auto bytes = wire::encode_exception(nested_chain(3));
    BOOST_TEST((code_of(wire::decode_exception({})) == errc::protocol_error));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        BOOST_TEST((code_of(wire::decode_exception(std::span(bytes).first(size))) == errc::protocol_error));
    bytes.append("", 1);
    BOOST_TEST((code_of(wire::decode_exception(bytes)) == errc::protocol_error));
}

BOOST_AUTO_TEST_SUITE_END()
