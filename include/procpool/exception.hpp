// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/exception_codec.hpp>
#include <procpool/detail/type_name.hpp>

#include <concepts>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace procpool {

/// Lets exceptions of exactly the type T leave a task as themselves; without it they arrive as task_error. Call it in
/// the program and in the worker program, before run_if_worker(). The standard exceptions need no registration.
///
/// A serializable T is sent by its serialization function, any other is made anew from its what(). The message that
/// std::runtime_error or std::logic_error keep is restored in both cases.
///
/// @param name         Tells the type apart; the same in both programs. The default is the type's own name.
/// @par Throws         boost::system::system_error with errc::invalid_option when another type has that name.
/// @par Thread safety  Safe.
template <class T>
void register_exception(std::string name = {})
{
    constexpr bool is_exception = std::derived_from<T, std::exception>;
    constexpr bool can_be_made = serializable<T> || std::is_constructible_v<T, std::string>;
    static_assert(is_exception,
                  "procpool: register_exception needs a class derived from std::exception; anything else that a task "
                  "throws arrives as task_error");
    static_assert(!is_exception || can_be_made,
                  "procpool: register_exception needs a class that can be serialized or constructed from a std::string "
                  "(its what()); give it a serialize() function for cereal, or such a constructor");
    if constexpr (is_exception && can_be_made) {
        if (name.empty())
            name = detail::type_name(typeid(T));
        detail::add_exception_codec(typeid(T), detail::codec_of<T>(std::move(name)));
    }
}

} // namespace procpool
