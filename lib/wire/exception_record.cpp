// SPDX-License-Identifier: BSL-1.0
#include "wire/exception_record.hpp"

#include "wire/exception_registry.hpp"
#include "wire/frame.hpp"

#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/type_name.hpp>

#include <cxxabi.h>

#include <algorithm>
#include <ranges>
#include <string_view>

namespace procpool::wire {

namespace {

using detail::exception_extras;
using detail::stack_ptr;
using detail::text_limit;

constexpr std::size_t shortest_limit = 64;
constexpr std::size_t texts_in_data = 4; // so many texts, each as long as it may be, are not too much

/// One exception of a chain; the outermost is the first.
struct exception_record {
    std::string codec;   ///< The name of its codec; empty when its type has none.
    std::string type;    ///< For the reader that does not know the type.
    std::string message; ///< The same.
    std::vector<std::byte> state;
};

/// T of "wrapper<T>"; the name itself when it is no wrapper.
std::string_view without_wrapper(std::string_view name)
{
    for (const std::string_view wrapper : {"std::_Nested_exception<", "boost::wrapexcept<",
                                           "procpool::detail::by_pool<", "procpool::detail::with_stack<"})
        if (name.starts_with(wrapper) && name.ends_with('>')) {
            const auto inner = name.substr(wrapper.size(), name.size() - wrapper.size() - 1);
            return inner.substr(0, inner.find_last_not_of(' ') + 1);
        }
    return name;
}

/// The type that was meant: std::throw_with_nested, boost::throw_exception and this library throw a class of their own
/// derived from it.
std::string meant_type(const std::type_info& thrown)
{
    const auto full = detail::type_name(thrown);
    std::string_view name = full;
    while (without_wrapper(name) != name)
        name = without_wrapper(name);
    return std::string(name);
}

boost::system::system_error failure(const std::string& type, const char* what_failed, const char* reason)
{
    return detail::error_with(errc::not_serializable,
                              "An exception of type " + type + " could not be " + what_failed + ": " + reason);
}

std::vector<std::byte> state_of(const detail::exception_codec& codec, const std::exception& exception,
                                const text_limit& limit)
{
    detail::byte_buffer state;
    writer to(state);
    codec.write(to, exception, limit);
    return {state.begin(), state.end()};
}

/// Data cannot be cut as texts can. Without them the exception arrives as a task_error.
void leave_out_data(exception_record& record)
{
    record.message += " [" + std::to_string(record.state.size()) + " bytes of data were too much to send]";
    record.codec.clear();
    record.state.clear();
}

exception_record record_of(const std::exception& exception, const text_limit& limit)
{
    exception_record record;
    record.type = meant_type(typeid(exception));
    record.message = limit(exception.what());
    if (const auto codec = find_exception_codec_of(record.type)) {
        record.codec = codec->name;
        record.state = state_of(*codec, exception, limit);
    }
    if (record.state.size() / texts_in_data > limit.most)
        leave_out_data(record);
    return record;
}

/// What a type's own codec throws must not escape, nor be taken for what the task threw.
exception_record record_of_any(const std::exception& exception, const text_limit& limit)
{
    try {
        return record_of(exception, limit);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& reason) {
        return record_of(failure(meant_type(typeid(exception)), "turned into bytes", reason.what()), limit);
    } catch (...) {
        return record_of(failure(meant_type(typeid(exception)), "turned into bytes",
                                 "its serialization function threw no std::exception"),
                         limit);
    }
}

/// In a handler.
exception_record record_of_no_exception_class()
{
    const std::type_info* type = abi::__cxa_current_exception_type();
    return {"", type != nullptr ? meant_type(*type) : "unknown", "", {}};
}

exception_record record_of(const std::exception_ptr& exception, const text_limit& limit)
{
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& thrown) {
        return record_of_any(thrown, limit);
    } catch (...) {
        return record_of_no_exception_class();
    }
}

std::exception_ptr nested_in(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const std::nested_exception& outer) {
        return outer.nested_ptr();
    } catch (...) {
        return nullptr;
    }
}

std::exception_ptr read(const exception_record& record, const exception_extras& extras)
{
    const auto codec = find_exception_codec(record.codec);
    if (!codec)
        return detail::capture(task_error(record.type, record.message), extras);
    try {
        reader from(record.state);
        return codec->read(from, record.message, extras);
    } catch (const std::exception& reason) {
        return detail::capture(failure(record.type, "made from its bytes", reason.what()), extras);
    } catch (...) {
        return detail::capture(
            failure(record.type, "made from its bytes", "its serialization function threw no std::exception"), extras);
    }
}

/// The exception of a record, with `inner` nested in it. A constructor of std::nested_exception takes what is being
/// handled, so inner is.
std::exception_ptr read_around(const exception_record& record, const std::exception_ptr& inner, const stack_ptr& stack)
{
    if (!inner)
        return read(record, {.nested = false, .stack = stack});
    try {
        std::rethrow_exception(inner);
    } catch (...) {
        return read(record, {.nested = true, .stack = stack});
    }
}

stack_ptr read_stack(reader& from)
{
    auto stack = decode<std::vector<stack_frame>>(from);
    return stack.empty() ? nullptr : std::make_shared<const std::vector<stack_frame>>(std::move(stack));
}

std::exception_ptr read_chain(std::span<const std::byte> bytes)
{
    if (bytes.size() > max_exception_bytes) // a byte here can be many there
        reader::refuse("an exception has more bytes than any that is sent");
    reader from(bytes);
    const auto chain = decode<std::vector<exception_record>>(from);
    const auto stack = read_stack(from);
    if (chain.empty() || chain.size() > max_exception_chain || from.remaining() != 0)
        reader::refuse("there is no exception, too long a chain of them, or something behind it");
    std::exception_ptr outermost;
    for (const auto& record : std::views::reverse(chain))
        outermost = read_around(record, outermost, &record == &chain.front() ? stack : nullptr);
    return outermost;
}

} // namespace

detail::byte_buffer encode_exception(const std::exception_ptr& exception, const text_limit& limit,
                                     const std::vector<stack_frame>& stack) noexcept
try {
    std::vector<exception_record> chain;
    for (auto next = exception; next && chain.size() < max_exception_chain; next = nested_in(next))
        chain.push_back(record_of(next, limit));
    detail::byte_buffer bytes;
    writer to(bytes);
    encode(to, chain);
    encode(to, stack);
    return bytes;
} catch (...) {
    return {};
}

detail::byte_buffer bounded_exception(const std::exception_ptr& exception,
                                      const std::vector<stack_frame>& stack) noexcept
try {
    auto record = encode_exception(exception, {}, stack);
    for (text_limit limit{max_exception_bytes / 2}; record.size() > max_exception_bytes; limit.most /= 2) {
        if (limit.most < shortest_limit)
            return encode_exception(detail::make_error(
                errc::not_serializable, "the exception that the task threw has more than 64 KiB, although its texts "
                                        "were cut: nest fewer exceptions in each other, or shorten their type names"));
        record = encode_exception(exception, limit, stack);
    }
    return record;
} catch (...) {
    return {};
}

std::exception_ptr decode_exception(std::span<const std::byte> bytes) noexcept
try {
    return read_chain(bytes);
} catch (...) {
    try {
        return detail::make_error(errc::protocol_error,
                                  "A worker sent an exception as bytes that make no sense; look for memory corruption "
                                  "in the tasks, or for two versions of the library.");
    } catch (...) {
        return std::current_exception();
    }
}

} // namespace procpool::wire

std::string procpool::detail::text_limit::operator()(std::string text) const
{
    if (text.size() <= most)
        return text;
    const auto is_inside_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
    const auto size = text.size();
    auto end = most;
    while (end != 0 && most - end < 3 && is_inside_character(text[end]))
        --end;
    text.resize(end);
    return text + "... [cut: the text has " + std::to_string(size) + " bytes]";
}
