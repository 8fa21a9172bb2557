// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/nesting.hpp>

#include <cereal/cereal.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

namespace procpool {

/// A cereal output archive over a growing vector of bytes. The bytes are in this machine's representation and are
/// meant for a reader of the same build on the same machine.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       The vector must outlive the writer.
class writer : public cereal::OutputArchive<writer> {
public:
    /// Appends to that vector; what it holds already is kept.
    explicit writer(std::vector<std::byte>& appended_to) : OutputArchive(this), bytes_(appended_to) {}

    /// Appends bytes as they are.
    void append(const void* data, std::size_t size)
    {
        const auto* first = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), first, first + size);
    }

    /// Appends zeros until the size of the vector is a multiple of alignment, a power of two. Counted from the start
    /// of the vector: the reader's bytes must start at a multiple of the alignment in it.
    void align(std::size_t alignment) { bytes_.resize((bytes_.size() + alignment - 1) & ~(alignment - 1)); }

    /// Counts the values that are being written inside each other.
    detail::nesting& nesting() noexcept { return nesting_; }

private:
    std::vector<std::byte>& bytes_;
    detail::nesting nesting_;
};

/// @cond cereal finds these by argument-dependent lookup.
template <class T>
    requires std::is_arithmetic_v<T>
void save(writer& to, const T& value)
{
    to.append(std::addressof(value), sizeof(T));
}

template <class T>
void save(writer& to, const cereal::BinaryData<T>& data)
{
    to.append(data.data, static_cast<std::size_t>(data.size));
}

template <class T>
void save(writer& to, const cereal::NameValuePair<T>& pair)
{
    to(pair.value);
}

template <class T>
void save(writer& to, const cereal::SizeTag<T>& count)
{
    to(count.size);
}

template <detail::nestable T>
void prologue(writer& to, const T&)
{
    to.nesting().enter();
    if constexpr (detail::stateless<T>)
        to.append("", 1);
}

template <detail::nestable T>
void epilogue(writer& to, const T&)
{
    to.nesting().leave();
}
/// @endcond

} // namespace procpool
