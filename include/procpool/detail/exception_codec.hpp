// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/codec.hpp>
#include <procpool/detail/config.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace procpool::detail {

/// How exceptions of one exact type become bytes and come back.
struct exception_codec {
    std::string name; ///< The same in both programs.
    void (*write)(writer& to, const std::exception& exception) = nullptr;
    /// `nested`: the exception that was nested in this one is being handled now, and is to be nested again.
    std::exception_ptr (*read)(reader& from, bool nested) = nullptr;
};

/// Replaces the codec that the type had. Throws errc::invalid_option when another type has that name. Thread-safe.
PROCPOOL_DECL void add_exception_codec(const std::type_info& type, exception_codec codec);

/// The standard class, if any, that keeps the text of a T; what() of most classes returns it.
template <class T>
using message_keeper =
    std::conditional_t<std::is_convertible_v<T*, std::runtime_error*>, std::runtime_error,
                       std::conditional_t<std::is_convertible_v<T*, std::logic_error*>, std::logic_error, void>>;

template <class T>
std::string kept_message(const T& exception)
{
    if constexpr (std::is_void_v<message_keeper<T>>)
        return {};
    else
        return static_cast<const message_keeper<T>&>(exception).message_keeper<T>::what();
}

/// Constructors decorate the text they are given ("text: No such file"); assigning to the base class restores it as it
/// was.
template <class T>
void restore_message(T& exception, const std::string& message)
{
    if constexpr (!std::is_void_v<message_keeper<T>>)
        static_cast<message_keeper<T>&>(exception) = message_keeper<T>(message);
}

template <class T>
std::exception_ptr capture(T exception, bool nested)
{
    if (!nested)
        return std::make_exception_ptr(std::move(exception));
    try {
        std::throw_with_nested(std::move(exception));
    } catch (...) {
        return std::current_exception();
    }
}

/// A codec from two captureless lambdas: `state_of(const T&)` gives a serializable value, `make(value)` a T.
template <class T, class StateOf, class Make>
exception_codec make_exception_codec(std::string name, StateOf, Make)
{
    static_assert(std::is_empty_v<StateOf> && std::is_empty_v<Make>, "made anew from their types");
    const auto write = [](writer& to, const std::exception& exception) {
        const auto& exact = dynamic_cast<const T&>(exception);
        encode(to, StateOf{}(exact));
        encode(to, kept_message(exact));
    };
    const auto read = [](reader& from, bool nested) {
        auto state = decode<std::remove_cvref_t<std::invoke_result_t<StateOf, const T&>>>(from);
        const auto message = decode<std::string>(from);
        T exception = Make{}(std::move(state));
        restore_message(exception, message);
        return capture(std::move(exception), nested);
    };
    return {std::move(name), write, read};
}

template <class T>
exception_codec codec_of(std::string name)
{
    if constexpr (serializable<T>)
        return make_exception_codec<T>(
            std::move(name), [](const T& exception) -> const T& { return exception; },
            [](T&& exception) -> T { return std::move(exception); });
    else
        return make_exception_codec<T>(
            std::move(name), [](const T& exception) { return std::string(exception.what()); },
            [](const std::string& message) { return T(message); });
}

} // namespace procpool::detail
