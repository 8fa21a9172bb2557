// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/codec.hpp>
#include <procpool/crash_report.hpp>
#include <procpool/detail/config.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace procpool::detail {

/// Cuts texts that are too long to travel, between two characters of UTF-8, and says so at their end.
struct text_limit {
    std::size_t most = std::string::npos; ///< In bytes, without that remark.
    PROCPOOL_DECL std::string operator()(std::string text) const;
};

using stack_ptr = std::shared_ptr<const std::vector<stack_frame>>;

/// What is added to an exception that is made anew.
struct exception_extras {
    bool nested = false; ///< The exception that was nested in it is being handled now, and is to be nested again.
    stack_ptr stack{};   ///< Where it was thrown, if that is known.
};

/// The second base class of an exception with a stack; see stack_of().
class PROCPOOL_DECL has_stack {
public:
    explicit has_stack(stack_ptr stack) noexcept;
    has_stack(const has_stack&);
    has_stack& operator=(const has_stack&);
    virtual ~has_stack();

    const stack_ptr& stack() const noexcept { return stack_; }

private:
    stack_ptr stack_;
};

/// What is thrown in place of a T that has a stack.
template <class T>
class with_stack : public T, public has_stack {
public:
    with_stack(T made, stack_ptr stack) : T(std::move(made)), has_stack(std::move(stack)) {}
};

/// How exceptions of one exact type become bytes and come back. Their what() travels beside the bytes.
struct exception_codec {
    std::string name; ///< The same in both programs.
    void (*write)(writer& to, const std::exception& exception, const text_limit& limit) = nullptr;
    std::exception_ptr (*read)(reader& from, const std::string& what, const exception_extras& extras) = nullptr;
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

/// The kept text, unless it is what() itself, which travels anyway.
template <class T>
std::optional<std::string> other_message(const T& exception, const text_limit& limit)
{
    auto kept = kept_message(exception);
    if (std::is_void_v<message_keeper<T>> || kept == exception.what())
        return {};
    return limit(std::move(kept));
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
std::exception_ptr capture_as_is(T exception, bool nested)
{
    if (!nested)
        return std::make_exception_ptr(std::move(exception));
    try {
        std::throw_with_nested(std::move(exception));
    } catch (...) {
        return std::current_exception();
    }
}

template <class T>
std::exception_ptr capture(T exception, const exception_extras& extras)
{
    if constexpr (!std::is_final_v<T>)
        if (extras.stack)
            return capture_as_is(with_stack<T>(std::move(exception), extras.stack), extras.nested);
    return capture_as_is(std::move(exception), extras.nested);
}

/// Calls `fn` with as many of the arguments as it takes, one or both.
template <class Fn, class First, class Second>
auto call_with_some(Fn fn, First&& first, const Second& second)
{
    if constexpr (std::is_invocable_v<Fn, First, const Second&>)
        return fn(std::forward<First>(first), second);
    else
        return fn(std::forward<First>(first));
}

/// A codec from two captureless lambdas: `state_of(const T&)` gives a serializable value, `make(value)` a T. If their
/// second parameters are there, `state_of` cuts its texts with a text_limit, and `make` gets the what().
template <class T, class StateOf, class Make>
exception_codec make_exception_codec(std::string name, StateOf, Make)
{
    static_assert(std::is_empty_v<StateOf> && std::is_empty_v<Make>, "made anew from their types");
    using state_type = std::remove_cvref_t<decltype(call_with_some(StateOf{}, std::declval<const T&>(), text_limit()))>;
    const auto write = [](writer& to, const std::exception& exception, const text_limit& limit) {
        const auto& exact = dynamic_cast<const T&>(exception);
        encode<state_type>(to, call_with_some(StateOf{}, exact, limit));
        encode(to, other_message(exact, limit));
    };
    const auto read = [](reader& from, const std::string& what, const exception_extras& extras) {
        auto state = decode<state_type>(from);
        const auto message = decode<std::optional<std::string>>(from);
        T exception = call_with_some(Make{}, std::move(state), what);
        restore_message(exception, message.value_or(what));
        return capture(std::move(exception), extras);
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
            std::move(name), [](const T&) { return std::monostate(); },
            [](std::monostate, const std::string& what) { return T(what); });
}

} // namespace procpool::detail
