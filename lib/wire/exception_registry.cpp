// SPDX-License-Identifier: BSL-1.0
#include "wire/exception_registry.hpp"

#include "leaky_singleton.hpp"
#include "table_mutex.hpp"

#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/type_name.hpp>

#include <algorithm>

namespace procpool::wire {

namespace {

class registry {
public:
    void add(exception_entry entry)
    {
        const std::lock_guard lock(table_mutex());
        std::erase_if(entries_, [&](const exception_entry& old) { return old.type_name == entry.type_name; });
        refuse_taken_name(entry);
        entries_.push_back(std::move(entry));
    }

    template <class Predicate>
    std::optional<detail::exception_codec> find(Predicate is_it) const
    {
        const std::lock_guard lock(table_mutex());
        const auto found = std::ranges::find_if(entries_, is_it);
        return found != entries_.end() ? std::optional(found->codec) : std::nullopt;
    }

private:
    void refuse_taken_name(const exception_entry& entry) const
    {
        for (const auto& other : entries_)
            if (other.codec.name == entry.codec.name)
                detail::throw_error(errc::invalid_option, "The exception type " + entry.type_name +
                                                              " cannot be registered as " + entry.codec.name +
                                                              ", which is the name of " + other.type_name +
                                                              "; choose another name.");
    }

    std::vector<exception_entry> entries_ = standard_exceptions();
};

constinit leaky_singleton<registry> the_registry; // exceptions may arrive while static objects are destroyed

} // namespace

std::optional<detail::exception_codec> find_exception_codec_of(const std::string& type_name)
{
    return the_registry.get().find([&](const exception_entry& entry) { return entry.type_name == type_name; });
}

std::optional<detail::exception_codec> find_exception_codec(const std::string& name)
{
    return the_registry.get().find([&](const exception_entry& entry) { return entry.codec.name == name; });
}

} // namespace procpool::wire

void procpool::detail::add_exception_codec(const std::type_info& type, exception_codec codec)
{
    wire::the_registry.get().add({type_name(type), std::move(codec)});
}
