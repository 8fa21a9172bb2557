// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/byte_source.hpp>

#include <cereal/types/polymorphic.hpp>

#include <typeinfo>

namespace procpool::detail {

/// The class that the pointer at hand points to. The bytes name the class of the object; cereal makes the object before
/// it finds out that this is no derived class, and then leaks it.
class expected_base {
public:
    void expect(const std::type_info& base) noexcept { base_ = &base; }

    /// Throws errc::not_serializable. Inline, because cereal keeps the classes in the module that registers them.
    void check(const std::type_info& derived) const
    {
        if (*base_ != derived && !cereal::detail::PolymorphicCasters::lookup_if_exists(*base_, derived).first)
            byte_source::refuse("a pointer to a base class has an object that is not registered as of a derived class");
    }

private:
    const std::type_info* base_ = &typeid(void);
};

} // namespace procpool::detail
