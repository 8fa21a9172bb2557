// SPDX-License-Identifier: BSL-1.0
// How exceptions fit into the room that they have, and what else goes along with them.
#include "wire/exception_record.hpp"

#include <procpool/detail/throw_error.hpp>
#include <procpool/exception.hpp>
#include <procpool/exception_stack.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

BOOST_AUTO_TEST_SUITE(wire_exception_limits)

namespace {

using namespace procpool;

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

std::exception_ptr sent_on(const std::exception_ptr& exception)
{
    return wire::decode_exception(wire::encode_exception(exception));
}

std::vector<std::string> texts_of(const std::exception_ptr& exception)
{
    std::vector<std::string> texts;
    for (auto next = exception; next;)
        try {
            std::rethrow_exception(std::exchange(next, nullptr));
        } catch (const std::exception& error) {
            texts.emplace_back(error.what());
            if (const auto* outer = dynamic_cast<const std::nested_exception*>(&error))
                next = outer->nested_ptr();
        }
    return texts;
}

/// So many exceptions, nested in each other.
std::exception_ptr chain_of(int length, const std::string& text)
{
    try {
        try {
            if (length > 1)
                std::rethrow_exception(chain_of(length - 1, text));
        } catch (...) {
            std::throw_with_nested(std::runtime_error(text));
        }
        throw std::domain_error(text);
    } catch (...) {
        return std::current_exception();
    }
}

struct with_much_data : std::runtime_error {
    with_much_data() : runtime_error("much") {}
    std::string data = std::string(200'000, 'x');
    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(data);
    }
};

/// What arrives of an exception whose record may have 64 KiB.
template <class T>
T arrived_bounded(const T& thrown)
{
    const auto bytes = wire::bounded_exception(std::make_exception_ptr(thrown));
    BOOST_TEST(bytes.size() <= 64U * 1024);
    return caught<T>(wire::decode_exception(bytes));
}

} // namespace

BOOST_AUTO_TEST_CASE(a_long_text_is_cut_and_the_type_is_kept)
{
    const std::string text(200'000, 'x');
    const auto is_cut = [](const std::string& arrived, const std::string& size = "200000") {
        return arrived.starts_with(std::string(1000, 'x')) &&
               arrived.ends_with("... [cut: the text has " + size + " bytes]");
    };
    BOOST_TEST(is_cut(arrived_bounded(std::runtime_error(text)).what()));
    BOOST_TEST(is_cut(arrived_bounded(std::out_of_range(text)).what()));
    const auto task = arrived_bounded(task_error("a::type", text));
    BOOST_TEST(task.type_name() == "a::type");
    BOOST_TEST(is_cut(task.message()));
    const auto code = arrived_bounded(boost::system::system_error(make_error_code(errc::timed_out), text));
    BOOST_TEST((code.code() == errc::timed_out));
    const std::filesystem::filesystem_error file(text, "/a", "/b", std::make_error_code(std::errc::io_error));
    const auto path = arrived_bounded(file);
    BOOST_TEST((path.path1() == "/a" && path.path2() == "/b" && path.code() == std::errc::io_error));
}

BOOST_AUTO_TEST_CASE(a_text_that_fits_once_is_not_cut)
{
    const std::string text(60'000, 'x');
    BOOST_TEST(arrived_bounded(std::runtime_error(text)).what() == text);
    BOOST_TEST(arrived_bounded(std::invalid_argument(text)).what() == text);
    BOOST_TEST(arrived_bounded(detail::error_with(make_error_code(errc::timed_out), text)).what() == text);
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_between_two_characters)
{
    std::string text;
    while (text.size() < 200'000)
        text += "\u20ac"; // three bytes
    const std::string arrived = arrived_bounded(std::runtime_error(text)).what();
    const auto kept = arrived.substr(0, arrived.find("..."));
    BOOST_TEST(kept.size() % 3 == 0u);
    BOOST_TEST(text.starts_with(kept));
    BOOST_TEST(detail::text_limit{2}("\x80\x80\x80\x80\x80").starts_with("...")); // no UTF-8 at all
}

BOOST_AUTO_TEST_CASE(the_texts_of_a_chain_are_cut_together)
{
    const auto bytes = wire::bounded_exception(chain_of(10, std::string(50'000, 'x')));
    BOOST_TEST(bytes.size() <= 64U * 1024);
    const auto texts = texts_of(wire::decode_exception(bytes));
    BOOST_TEST(texts.size() == 10u);
    for (const auto& text : texts)
        BOOST_TEST(text.ends_with("[cut: the text has 50000 bytes]"));
}

BOOST_AUTO_TEST_CASE(what_has_too_much_data_arrives_with_its_name_and_its_text)
{
    register_exception<with_much_data>("with_much_data");
    const auto bytes = wire::bounded_exception(std::make_exception_ptr(with_much_data()));
    const auto error = caught<task_error>(wire::decode_exception(bytes));
    BOOST_TEST(error.type_name().ends_with("with_much_data"));
    BOOST_TEST(error.message().starts_with("much [200"));
}

BOOST_AUTO_TEST_CASE(a_stack_goes_along_with_the_outermost)
{
    const std::vector<stack_frame> stack{{.address = 1, .module = "m", .offset = 2}};
    for (const auto& thrown : {std::make_exception_ptr(std::domain_error("a")), chain_of(3, "b")}) {
        const auto error = wire::decode_exception(wire::bounded_exception(thrown, stack));
        BOOST_TEST((stack_of(error) == stack));
        BOOST_TEST((texts_of(error) == texts_of(thrown)));
        BOOST_TEST((stack_of(sent_on(error)).empty()));             // it is of that throw
        BOOST_TEST((texts_of(sent_on(error)) == texts_of(thrown))); // and of the type that was meant
    }
    BOOST_TEST(stack_of(std::exception_ptr()).empty());
    BOOST_TEST(stack_of(std::make_exception_ptr(1)).empty());
}

BOOST_AUTO_TEST_SUITE_END()
