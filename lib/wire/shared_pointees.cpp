// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/shared_pointees.hpp>
#include <procpool/detail/throw_error.hpp>

namespace procpool::detail {

void shared_pointees::leave()
{
    if (const auto number = open_.back().number; number != 0)
        pointees_.at(number).is_complete = true;
    open_.pop_back();
}

void shared_pointees::add(std::uint32_t number)
{
    auto& pointer = open_.back();
    if (number == 0 || !pointees_.emplace(number, pointee{pointer.type}).second)
        throw_error(errc::not_serializable, "two shared pointers have the same number");
    pointer.number = number;
}

void shared_pointees::check(std::uint32_t number) const
{
    const auto found = pointees_.find(number);
    if (found == pointees_.end() || found->second.type != open_.back().type)
        throw_error(errc::not_serializable, "a shared pointer refers to an object that is not there");
    if (!found->second.is_complete && !open_.back().is_weak)
        throw_error(errc::not_serializable, "a shared pointer, not a weak one, refers to the object that it lies in");
}

} // namespace procpool::detail
