// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_source.hpp>
#include <procpool/detail/collision_limit.hpp>
#include <procpool/detail/config.hpp>
#include <procpool/detail/descriptor.hpp>
#include <procpool/detail/expected_base.hpp>
#include <procpool/detail/nesting.hpp>
#include <procpool/detail/shared_pointees.hpp>

#include <cereal/cereal.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>

namespace procpool {

/// A cereal input archive over bytes that a writer made, or that a hostile process made up: it distrusts them. Every
/// count is at most the number of bytes that remain, nesting is bounded, a bool is 0 or 1, and a shared pointer refers
/// back only to an object of its own type.
///
/// @par Throws         boost::system::system_error with errc::not_serializable when the bytes make no sense.
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       The bytes must outlive the reader and every view that was read in place.
class reader : public cereal::InputArchive<reader> {
public:
    /// Reads those bytes. They must start at a multiple of 8 in memory and in the writer's buffer.
    explicit reader(std::span<const std::byte> bytes) : InputArchive(this), own_(bytes), from_(own_) {}

    /// Reads on where the source stands.
    explicit reader(detail::byte_source& source, std::span<detail::descriptor> descriptors = {})
        : InputArchive(this),
          own_({}),
          from_(source),
          descriptors_(descriptors)
    {
    }

    /// How many bytes have not been read.
    std::size_t remaining() const noexcept { return from_.remaining(); }

    /// The next bytes, in place.
    std::span<const std::byte> take(std::size_t size) { return from_.take(size); }

    /// Copies the next bytes.
    void extract(void* into, std::size_t size) { from_.extract(into, size); }

    /// The next descriptor that writer::attach() sent along. Not twice the same.
    PROCPOOL_DECL detail::descriptor take_descriptor();

    /// Skips the padding that writer::align made.
    void align(std::size_t alignment) { from_.align(alignment); }

    /// Refuses a count of elements that the remaining bytes cannot hold, each being at least that long.
    void check_count(std::uint64_t count, std::size_t element_size = 1) const
    {
        from_.check_count(count, element_size);
    }

    /// Ends the reading with errc::not_serializable.
    [[noreturn]] static void refuse(const char* reason) { detail::byte_source::refuse(reason); }

    /// Counts the values that are being read inside each other.
    detail::nesting& nesting() noexcept { return nesting_; }

    /// Watches over the shared pointers.
    detail::shared_pointees& pointees() noexcept { return pointees_; }

    /// Bounds the comparisons of keys in all hash tables that are read.
    detail::collision_limit& collisions() noexcept { return collisions_; }

    /// Watches over the pointers to base classes.
    detail::expected_base& expected_base() noexcept { return expected_base_; }

    /// Hide cereal's functions of the same names, which would hand out an object of another type by its number alone.
    PROCPOOL_DECL void registerSharedPointer(std::uint32_t number, std::shared_ptr<void> pointer);
    PROCPOOL_DECL std::shared_ptr<void> getSharedPointer(std::uint32_t number);
    /// Hides another, whose hash table would be slow with numbers that were chosen to collide.
    PROCPOOL_DECL void registerPolymorphicName(std::uint32_t number, const std::string& name);

private:
    detail::byte_source own_;
    detail::byte_source& from_;
    std::span<detail::descriptor> descriptors_;
    detail::nesting nesting_;
    detail::shared_pointees pointees_;
    detail::collision_limit collisions_;
    detail::expected_base expected_base_;
    std::uint32_t polymorphic_names_ = 0;
};

/// @cond cereal finds these by argument-dependent lookup.
template <class T>
    requires std::is_arithmetic_v<T>
void load(reader& from, T& value)
{
    const auto bytes = from.take(sizeof(T));
    if constexpr (std::is_same_v<T, bool>)
        detail::check_bools(bytes);
    std::memcpy(std::addressof(value), bytes.data(), sizeof(T));
}

template <class T>
void load(reader& from, cereal::BinaryData<T>& data)
{
    using element = std::remove_all_extents_t<std::remove_pointer_t<std::remove_reference_t<T>>>;
    const auto bytes = from.take(static_cast<std::size_t>(data.size));
    if constexpr (std::is_same_v<element, bool>)
        detail::check_bools(bytes);
    if (!bytes.empty())
        std::memcpy(data.data, bytes.data(), bytes.size());
}

template <class T>
void load(reader& from, cereal::NameValuePair<T>& pair)
{
    from(pair.value);
}

template <class T>
void load(reader& from, cereal::SizeTag<T>& count)
{
    from(count.size);
    from.check_count(count.size);
}

template <detail::nestable T>
void prologue(reader& from, const T&)
{
    from.nesting().enter();
    if constexpr (detail::stateless<T>)
        from.take(1);
}

template <detail::nestable T>
void epilogue(reader& from, const T&)
{
    from.nesting().leave();
}

template <class T>
void prologue(reader& from, const std::weak_ptr<T>&)
{
    from.nesting().enter();
    from.pointees().expect_weak(true);
}

template <class T>
void epilogue(reader& from, const std::weak_ptr<T>&)
{
    from.pointees().expect_weak(false);
    from.nesting().leave();
}

template <class T, class Deleter>
    requires std::is_polymorphic_v<T>
void prologue(reader& from, const std::unique_ptr<T, Deleter>&)
{
    from.nesting().enter();
    from.expected_base().expect(typeid(T));
}

template <class T>
    requires std::is_polymorphic_v<T>
void prologue(reader& from, const std::shared_ptr<T>&)
{
    from.nesting().enter();
    from.expected_base().expect(typeid(T));
}

template <class T, class Deleter>
    requires std::is_polymorphic_v<T>
void prologue(reader& from, const cereal::memory_detail::PtrWrapper<std::unique_ptr<T, Deleter>&>&)
{
    from.expected_base().check(typeid(T));
}

template <class T>
void prologue(reader& from, const cereal::memory_detail::PtrWrapper<std::shared_ptr<T>&>&)
{
    if constexpr (std::is_polymorphic_v<T>)
        from.expected_base().check(typeid(T));
    from.pointees().enter(typeid(std::remove_cv_t<T>));
}

template <class T>
void epilogue(reader& from, const cereal::memory_detail::PtrWrapper<std::shared_ptr<T>&>&)
{
    from.pointees().leave();
}
/// @endcond

} // namespace procpool
