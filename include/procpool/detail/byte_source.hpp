// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace procpool::detail {

/// Bytes that are read from their beginning, each read checked against what remains.
class byte_source {
public:
    explicit byte_source(std::span<const std::byte> bytes) noexcept : bytes_(bytes), rest_(bytes) {}

    std::size_t remaining() const noexcept { return rest_.size(); }

    /// The next bytes, in place.
    std::span<const std::byte> take(std::size_t size)
    {
#ifdef PROCPOOL_PLANTED_BUG // what the fuzz target must find
        if (size > rest_.size() + 1)
#else
        if (size > rest_.size())
#endif
            refuse("the bytes end too early");
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    /// Copies the next bytes.
    void extract(void* into, std::size_t size)
    {
        if (size != 0)
            std::memcpy(into, take(size).data(), size);
    }
    /// Skips the padding that byte_buffer::align made.
    void align(std::size_t alignment) { take(-(bytes_.size() - rest_.size()) & (alignment - 1)); }

    /// Refuses a count of elements that the remaining bytes cannot hold, each being at least that long.
    void check_count(std::uint64_t count, std::size_t element_size = 1) const
    {
        if (count > rest_.size() / element_size)
            refuse("a count is greater than the bytes that remain");
    }

    /// Throws errc::not_serializable.
    [[noreturn]] PROCPOOL_DECL static void refuse(const char* reason);

private:
    std::span<const std::byte> bytes_;
    std::span<const std::byte> rest_;
};

/// A bool that is neither 0 nor 1 is undefined behaviour as soon as it is looked at. Throws errc::not_serializable.
PROCPOOL_DECL void check_bools(std::span<const std::byte> bytes);

} // namespace procpool::detail
