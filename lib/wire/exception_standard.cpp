// SPDX-License-Identifier: BSL-1.0
#include "wire/exception_registry.hpp"

#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/type_name.hpp>
#include <procpool/error.hpp>

#include <any>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <tuple>
#include <variant>

namespace procpool::wire {

namespace {

template <class T, class StateOf, class Make>
exception_entry with_state(StateOf state_of, Make make)
{
    auto name = detail::type_name(typeid(T));
    return {name, detail::make_exception_codec<T>(name, state_of, make)};
}

template <class... Types>
void add_with_message(std::vector<exception_entry>& to)
{
    (to.push_back({detail::type_name(typeid(Types)), detail::codec_of<Types>(detail::type_name(typeid(Types)))}), ...);
}

/// Those whose what() says the same each time.
template <class... Types>
void add_plain(std::vector<exception_entry>& to)
{
    (to.push_back(
         with_state<Types>([](const Types&) { return std::monostate(); }, [](std::monostate) { return Types(); })),
     ...);
}

std::regex_error make_regex_error(int code)
{
    if (code < std::regex_constants::error_collate || code > std::regex_constants::error_stack)
        reader::refuse("there is no such std::regex_error");
    return std::regex_error(static_cast<std::regex_constants::error_type>(code));
}

/// The text that a filesystem_error was constructed with.
std::string given_message(const std::filesystem::filesystem_error& error)
{
    std::string message = detail::kept_message(error);
    const auto appended = ": " + error.code().message();
    if (message.ends_with(appended))
        message.resize(message.size() - appended.size());
    return message;
}

struct never_made {
    never_made() { throw 0; }
    never_made(const never_made&) {}
    ~never_made() = default;
};

/// A variant without a value.
std::variant<int, never_made> valueless()
{
    std::variant<int, never_made> variant;
    try {
        variant.emplace<never_made>();
    } catch (int) {
    }
    return variant;
}

std::bad_variant_access caught_from(void (*access)())
{
    try {
        access();
    } catch (const std::bad_variant_access& error) {
        return error;
    }
    return {};
}

/// Only the standard library can give one its message, so each way to make one is tried until the message is the same.
std::bad_variant_access make_bad_variant_access(const std::string& message)
{
    const auto wrong_index = [] { static_cast<void>(std::get<0>(std::variant<int, char>('x'))); };
    const auto get_valueless = [] { static_cast<void>(std::get<0>(valueless())); };
    const auto visit_valueless = [] { std::visit([](const auto&) {}, valueless()); };
    for (void (*access)() : {+wrong_index, +get_valueless, +visit_valueless})
        if (auto error = caught_from(access); error.what() == message)
            return error;
    return {};
}

void add_with_code(std::vector<exception_entry>& to)
{
    const auto code_of = [](const auto& error) { return error.code(); };
    to.push_back(
        with_state<std::system_error>(code_of, [](const std::error_code& code) { return std::system_error(code); }));
    to.push_back(with_state<std::ios_base::failure>(
        code_of, [](const std::error_code& code) { return std::ios_base::failure("", code); }));
    to.push_back(with_state<std::future_error>(code_of, [](const std::error_code& code) {
        return std::future_error(static_cast<std::future_errc>(code.value()));
    }));
    to.push_back(with_state<boost::system::system_error>(
        code_of, [](const boost::system::error_code& code) { return boost::system::system_error(code); }));
    to.push_back(
        with_state<std::regex_error>([](const std::regex_error& error) { return static_cast<int>(error.code()); },
                                     [](int code) { return make_regex_error(code); }));
}

void add_with_details(std::vector<exception_entry>& to)
{
    using std::filesystem::filesystem_error;
    to.push_back(with_state<filesystem_error>(
        [](const filesystem_error& e, const detail::text_limit& limit) {
            return std::tuple(limit(given_message(e)), e.path1(), e.path2(), e.code());
        },
        [](const auto& state) { return std::make_from_tuple<filesystem_error>(state); }));
    to.push_back(with_state<std::bad_variant_access>(
        [](const std::bad_variant_access&) { return std::monostate(); },
        [](std::monostate, const std::string& what) { return make_bad_variant_access(what); }));
    to.push_back(with_state<worker_crashed>([](const worker_crashed& error) { return error.report(); },
                                            [](const crash_report& report) { return worker_crashed(report); }));
    to.push_back(with_state<task_error>(
        [](const task_error& error, const detail::text_limit& limit) {
            return std::tuple(limit(error.type_name()), limit(error.message()));
        },
        [](const auto& state) { return std::make_from_tuple<task_error>(state); }));
}

} // namespace

std::vector<exception_entry> standard_exceptions()
{
    std::vector<exception_entry> entries;
    add_with_message<std::logic_error, std::invalid_argument, std::domain_error, std::length_error, std::out_of_range,
                     std::runtime_error, std::range_error, std::overflow_error, std::underflow_error>(entries);
    add_plain<std::exception, std::bad_exception, std::bad_alloc, std::bad_array_new_length, std::bad_cast,
              std::bad_typeid, std::bad_any_cast, std::bad_function_call, std::bad_optional_access, std::bad_weak_ptr>(
        entries);
    add_with_code(entries);
    add_with_details(entries);
    return entries;
}

} // namespace procpool::wire
