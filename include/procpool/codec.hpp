// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/buffer.hpp>
#include <procpool/detail/in_place.hpp>
#include <procpool/detail/reader.hpp>
#include <procpool/detail/serializable.hpp>
#include <procpool/detail/writer.hpp>

#include <memory>
#include <typeinfo>
#include <utility>

namespace procpool {

/// Whether values of type T can be written, and read in another process. True for the types of doc/serialization.md;
/// deep: a vector of raw pointers is not serializable.
template <class T>
concept serializable = detail::deeply_serializable<T>();

/// What a function may take as a parameter: serializable values, the views std::string_view and std::span<const T> over
/// such values, and procpool::buffer<T>.
template <class T>
concept serializable_parameter = serializable<T> || detail::readable_view<T> || detail::is_buffer<T>;

namespace detail {

/// In a handler: throws errc::not_serializable with a sentence that names the type and what the present exception says.
/// Lets std::bad_alloc pass, which is no fault of the type.
[[noreturn]] PROCPOOL_DECL void rethrow_encoding_failure(const std::type_info& type);
[[noreturn]] PROCPOOL_DECL void rethrow_decoding_failure(const std::type_info& type);

/// For a T that only its load_and_construct() can make.
template <class T>
T load_constructed(reader& from)
{
    struct raw_storage {
        alignas(T) std::byte bytes[sizeof(T)];
    };
    auto raw = std::make_unique<raw_storage>();
    auto* object = reinterpret_cast<T*>(raw->bytes);
    cereal::memory_detail::LoadAndConstructLoadWrapper<reader, T> wrapper(object);
    from(wrapper);
    const auto destroy = [](T* constructed) { std::destroy_at(constructed); };
    const std::unique_ptr<T, decltype(destroy)> constructed(object, destroy);
    return std::move(*constructed);
}

template <class T>
T load_value(reader& from)
{
    if constexpr (std::is_default_constructible_v<T>) {
        T value = T(); // {} needs members whose default constructors are not explicit
        from(value);
        return value;
    } else {
        return load_constructed<T>(from);
    }
}

} // namespace detail

/// Writes a value, or the elements that a view shows.
///
/// @par Throws  boost::system::system_error with errc::not_serializable, naming T, when the value is nested more deeply
///              than max_nesting or its own serialization function throws; std::bad_alloc.
template <class T>
void encode(writer& to, const T& value)
{
    if constexpr (!serializable_parameter<T>) {
        static_cast<void>(detail::explain<T>());
    } else {
        try {
            if constexpr (serializable<T>)
                to(value);
            else
                detail::write_view(to, value);
        } catch (...) {
            detail::rethrow_encoding_failure(typeid(T));
        }
    }
}

/// Reads a value that encode wrote.
///
/// @par Throws  boost::system::system_error with errc::not_serializable, naming T, when the bytes make no sense or the
///              type's own serialization function throws; std::bad_alloc.
template <class T>
T decode(reader& from)
{
    if constexpr (!serializable<T>) {
        static_cast<void>(detail::explain<T>());
    } else {
        try {
            return detail::load_value<T>(from);
        } catch (...) {
            detail::rethrow_decoding_failure(typeid(T));
        }
    }
}

} // namespace procpool
