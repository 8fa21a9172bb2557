// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/codec.hpp>
#include <procpool/detail/call.hpp>
#include <procpool/detail/plain.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace procpool::detail {

/// Writes the values of one call or answer. The plain ones go straight to the buffer; an archive, whose construction
/// costs more than a short call, is made when the first other value comes, and serves all of them, so that a
/// std::shared_ptr that several arguments share is still shared on the other side.
class encoder {
public:
    /// Appends to that buffer.
    explicit encoder(byte_buffer& to) noexcept : to_(to) {}
    /// Writes a call's arguments: what has descriptors attaches them to the call.
    explicit encoder(call& to) noexcept : to_(to.bytes), descriptors_(&to.descriptors) {}

    template <class T>
    void put(const T& value)
    {
        if constexpr (plain<T>)
            to_.append(&value, sizeof(T));
        else if constexpr (plain_sequence<T>)
            put_sequence(value);
        else if constexpr (bitwise_view<T>)
            put_view(value);
        else
            encode<T>(archive(), value);
    }

    /// The whole of a result: a buffer's bytes, as they are.
    void put_whole(byte_buffer bytes) noexcept { whole_ = std::move(bytes); }
    std::optional<byte_buffer> take_whole() noexcept { return std::exchange(whole_, std::nullopt); }

    byte_buffer& buffer() noexcept { return to_; }
    writer& archive()
    {
        if (!archive_)
            archive_ = std::make_unique<writer>(to_, descriptors_);
        return *archive_;
    }

private:
    template <class T>
    void put_sequence(const T& sequence)
    {
        const std::uint64_t count = sequence.size();
        to_.share(sequence.size() * sizeof(typename T::value_type));
        to_.append(&count, sizeof(count));
        to_.append(sequence.data(), sequence.size() * sizeof(typename T::value_type));
    }
    template <class View>
    void put_view(const View& view)
    {
        to_.share(view.size() * sizeof(typename viewed<View>::type));
        write_view(to_, view);
    }

    byte_buffer& to_;
    std::shared_ptr<attached_descriptors>* descriptors_ = nullptr;
    std::optional<byte_buffer> whole_;
    std::unique_ptr<writer> archive_;
};

} // namespace procpool::detail
