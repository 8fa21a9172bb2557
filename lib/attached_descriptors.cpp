// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/attached_descriptors.hpp>

#include <procpool/detail/reader.hpp>
#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/writer.hpp>

namespace procpool {

void writer::attach(detail::attached_descriptor sent)
{
    if (!descriptors_)
        detail::throw_error(errc::not_serializable,
                            "what has descriptors goes to another process as an argument, not as a result, an "
                            "exception, an item of a queue or a pipe, or an element that is mapped; submit a task for "
                            "each such element");
    auto& all = *descriptors_;
    if (!all)
        all = std::make_shared<detail::attached_descriptors>();
    if (all->size() == detail::most_attached_descriptors)
        detail::throw_error(errc::not_serializable, "more than 253 descriptors cannot go with one call");
    const std::uint32_t place = static_cast<std::uint32_t>(all->size());
    append(&place, sizeof(place));
    all->push_back(std::move(sent));
}

detail::descriptor reader::take_descriptor()
{
    std::uint32_t place = 0;
    extract(&place, sizeof(place));
    if (place >= descriptors_.size() || !descriptors_[place])
        refuse("a descriptor is missing");
    return std::move(descriptors_[place]);
}

} // namespace procpool
