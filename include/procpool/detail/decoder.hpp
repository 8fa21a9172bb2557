// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/codec.hpp>
#include <procpool/detail/call.hpp>
#include <procpool/detail/plain.hpp>

#include <cstdint>
#include <memory>
#include <span>

namespace procpool::detail {

/// Reads what an encoder wrote.
class decoder {
public:
    /// The bytes must start at a multiple of 8 and outlive the decoder and every view that was read in place.
    explicit decoder(std::span<const std::byte> bytes, std::span<byte_buffer> attached = {},
                     std::span<descriptor> descriptors = {}) noexcept
        : from_(bytes),
          attached_(attached),
          descriptors_(descriptors)
    {
    }

    /// The next value. Throws as procpool::decode does.
    template <class T>
    T get()
    {
        if constexpr (plain<T> || plain_sequence<T>) {
            try {
                return get_plain<T>();
            } catch (...) {
                rethrow_decoding_failure(typeid(T));
            }
        } else {
            return decode<T>(archive());
        }
    }

    /// The bytes of a buffer, which encode_buffer wrote or attached. Throws errc::not_serializable; std::bad_alloc.
    PROCPOOL_DECL byte_buffer take_buffer();

    byte_source& source() noexcept { return from_; }
    reader& archive()
    {
        if (!archive_)
            archive_ = std::make_unique<reader>(from_, descriptors_);
        return *archive_;
    }

private:
    template <plain T>
    T get_plain()
    {
        T value;
        from_.extract(&value, sizeof(T));
        return value;
    }

    template <plain_sequence T>
    T get_plain()
    {
        using element = typename T::value_type;
        auto count = get_plain<std::uint64_t>();
        asm volatile("" : "+r"(count)); // read once: what is checked is what is used, whoever writes there meanwhile
        from_.check_count(count, sizeof(element));
        const auto bytes = from_.take(static_cast<std::size_t>(count) * sizeof(element));
        const auto* const first = reinterpret_cast<const element*>(bytes.data());
        if (is_aligned<element>(bytes)) // then the elements need not be made before they are filled
            return T(first, first + count);
        T elements(static_cast<std::size_t>(count), element{});
        std::memcpy(elements.data(), bytes.data(), bytes.size());
        return elements;
    }

    byte_source from_;
    std::span<byte_buffer> attached_;
    std::span<descriptor> descriptors_;
    std::unique_ptr<reader> archive_;
};

/// How an argument is kept while the function that takes it runs. Most are simply values.
template <class T>
struct parameter {
    using storage = T;
    static storage decode(decoder& from) { return from.get<T>(); }
    static T& get(storage& stored) noexcept { return stored; }
};

/// A buffer that was attached shows the memory that it lies in.
template <buffer_element T>
struct parameter<buffer<T>> {
    using storage = buffer<T>;
    static storage decode(decoder& from)
    {
        try {
            return buffer<T>(from.take_buffer());
        } catch (...) {
            rethrow_decoding_failure(typeid(buffer<T>));
        }
    }
    static buffer<T>& get(storage& stored) noexcept { return stored; }
};

/// A view shows the decoder's bytes themselves where these are aligned for its elements, else a copy that the storage
/// owns. Valid as long as the storage and the decoder's bytes.
template <readable_view View>
struct parameter<View> {
    using storage = stored_view<View>;
    static storage decode(decoder& from)
    {
        try {
            if constexpr (bitwise_view<View>)
                return read_view<View>(from.source());
            else
                return read_view<View>(from.archive());
        } catch (...) {
            rethrow_decoding_failure(typeid(View));
        }
    }
    static View& get(storage& stored) noexcept { return stored.view; }
};

} // namespace procpool::detail
