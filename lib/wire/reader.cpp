// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/reader.hpp>
#include <procpool/detail/throw_error.hpp>

#include <algorithm>

namespace procpool {

void detail::byte_source::refuse(const char* reason)
{
    throw_error(errc::not_serializable, reason);
}

void reader::registerSharedPointer(std::uint32_t number, std::shared_ptr<void> pointer)
{
    const auto index = number & ~cereal::detail::msb_32bit;
    pointees_.add(index);
    InputArchive::registerSharedPointer(index, std::move(pointer));
}

std::shared_ptr<void> reader::getSharedPointer(std::uint32_t number)
{
    if (number == 0)
        return nullptr;
    pointees_.check(number);
    return InputArchive::getSharedPointer(number);
}

void reader::registerPolymorphicName(std::uint32_t number, const std::string& name)
{
    if ((number & ~cereal::detail::msb_32bit) != ++polymorphic_names_)
        refuse("the numbers of polymorphic types are out of order");
    InputArchive::registerPolymorphicName(number, name);
}

void detail::check_bools(std::span<const std::byte> bytes)
{
    if (std::ranges::any_of(bytes, [](std::byte byte) { return byte > std::byte{1}; }))
        byte_source::refuse("a bool is neither true nor false");
}

} // namespace procpool
