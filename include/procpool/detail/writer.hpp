// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/attached_descriptors.hpp>
#include <procpool/detail/byte_buffer.hpp>
#include <procpool/detail/config.hpp>
#include <procpool/detail/nesting.hpp>

#include <cereal/cereal.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>

namespace procpool {

/// A cereal output archive over growing bytes. The bytes are in this machine's representation and are
/// meant for a reader of the same build on the same machine.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       The buffer must outlive the writer.
class writer : public cereal::OutputArchive<writer> {
public:
    /// Appends to that buffer; what it holds already is kept.
    explicit writer(detail::byte_buffer& appended_to) : OutputArchive(this), bytes_(appended_to) {}

    /// Likewise; what is attached goes there.
    writer(detail::byte_buffer& appended_to, std::shared_ptr<detail::attached_descriptors>* descriptors)
        : OutputArchive(this),
          bytes_(appended_to),
          descriptors_(descriptors)
    {
    }

    /// Appends bytes as they are.
    void append(const void* data, std::size_t size)
    {
        bytes_.share(size);
        bytes_.append(data, size);
    }

    /// Appends zeros until the size of the buffer is a multiple of alignment, a power of two. Counted from the start
    /// of the buffer: the reader's bytes must start at a multiple of the alignment in it.
    void align(std::size_t alignment) { bytes_.align(alignment); }

    /// Sends a descriptor along; reader::take_descriptor() has its like in the other process.
    ///
    /// @par Throws  boost::system::system_error with errc::not_serializable when this is not an argument of a task;
    ///              std::bad_alloc.
    PROCPOOL_DECL void attach(detail::attached_descriptor sent);

    /// Counts the values that are being written inside each other.
    detail::nesting& nesting() noexcept { return nesting_; }

private:
    detail::byte_buffer& bytes_;
    std::shared_ptr<detail::attached_descriptors>* descriptors_ = nullptr;
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
