// SPDX-License-Identifier: BSL-1.0
#include "wire/error_categories.hpp"

#include "leaky_singleton.hpp"
#include "table_mutex.hpp"

#include <procpool/error.hpp>

#include <boost/system/generic_category.hpp>
#include <boost/system/system_category.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <ios>
#include <map>
#include <memory>
#include <vector>

namespace procpool::wire {

namespace {

constexpr std::size_t max_stand_ins = 64;
constexpr std::size_t max_messages = 256;

/// Stands for a category that this program does not have.
class stand_in final : public boost::system::error_category {
public:
    explicit stand_in(std::string name) : name_(std::move(name)) {}

    const char* name() const noexcept override { return name_.c_str(); }

    std::string message(int value) const override
    {
        const std::lock_guard lock(table_mutex());
        const auto found = messages_.find(value);
        return found != messages_.end() ? found->second : "error " + std::to_string(value) + " of category " + name_;
    }

    void remember(int value, const std::string& message)
    {
        const std::lock_guard lock(table_mutex());
        if (messages_.size() < max_messages)
            messages_.emplace(value, message);
    }

private:
    std::string name_;
    std::map<int, std::string> messages_;
};

class category_table {
public:
    void add(const boost::system::error_category& category)
    {
        const std::lock_guard lock(table_mutex());
        if (std::ranges::find(known_, &category) == known_.end())
            known_.push_back(&category);
    }

    const boost::system::error_category* find(const std::string& name)
    {
        const std::lock_guard lock(table_mutex());
        const auto found = std::ranges::find(known_, name, &boost::system::error_category::name);
        return found != known_.end() ? *found : nullptr;
    }

    stand_in& stand_in_for(const std::string& name)
    {
        const std::lock_guard lock(table_mutex());
        const auto found = stand_ins_.find(name);
        if (found != stand_ins_.end())
            return *found->second;
        if (stand_ins_.size() == max_stand_ins)
            return any_other_;
        return *stand_ins_.emplace(name, std::make_unique<stand_in>(name)).first->second;
    }

private:
    std::vector<const boost::system::error_category*> known_{
        &boost::system::generic_category(), &boost::system::system_category(), &procpool::error_category()};
    std::map<std::string, std::unique_ptr<stand_in>> stand_ins_;
    stand_in any_other_{"unknown"};
};

constinit leaky_singleton<category_table> table; // error codes refer to the categories in it until the program ends

} // namespace

void add_error_category(const boost::system::error_category& category)
{
    table.get().add(category);
}

const std::error_category* find_std_category(const std::string& name)
{
    const std::array categories{&std::generic_category(), &std::system_category(), &std::iostream_category(),
                                &std::future_category()};
    const auto found = std::ranges::find(categories, name, &std::error_category::name);
    return found != categories.end() ? *found : nullptr;
}

const boost::system::error_category& category_named(const std::string& name, int value, const std::string& message)
{
    if (const auto* known = table.get().find(name))
        return *known;
    auto& stand_in = table.get().stand_in_for(name);
    stand_in.remember(value, message);
    return stand_in;
}

} // namespace procpool::wire
