// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/shared_pointees.hpp>
#include <procpool/detail/throw_error.hpp>

namespace procpool::detail {

void shared_pointees::leave()
{
    if (const auto number = open_.back().number; number != 0)
        pointees_[number - 1].is_complete = true;
    open_.pop_back();
}

void shared_pointees::add(std::uint32_t number)
{
    if (number != pointees_.size() + 1)
        throw_error(errc::not_serializable, "the numbers of shared pointers are out of order");
    auto& pointer = open_.back();
    pointees_.push_back({pointer.type});
    pointer.number = number;
}

void shared_pointees::check(std::uint32_t number) const
{
    if (number == 0 || number > pointees_.size() || pointees_[number - 1].type != open_.back().type)
        throw_error(errc::not_serializable, "a shared pointer refers to an object that is not there");
    if (!pointees_[number - 1].is_complete && !open_.back().is_weak)
        throw_error(errc::not_serializable, "a shared pointer, not a weak one, refers to the object that it lies in");
}

} // namespace procpool::detail
