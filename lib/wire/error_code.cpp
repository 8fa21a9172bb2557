// SPDX-License-Identifier: BSL-1.0
#include "wire/error_categories.hpp"

#include <procpool/detail/std_types.hpp>

#include <future>

namespace procpool::detail {

namespace {

struct code_text {
    int value = 0;
    std::string category;
    std::string message; ///< Empty where both sides know the category.
};

code_text load_text(reader& from)
{
    code_text text;
    from(text.value, text.category, text.message);
    return text;
}

boost::system::error_code known_to_boost(const code_text& text)
{
    return {text.value, wire::category_named(text.category, text.value, text.message)};
}

} // namespace

void save_error_code(writer& to, const std::error_code& code)
{
    const std::string category = code.category().name();
    to(code.value(), category, wire::find_std_category(category) ? std::string() : code.message());
}

void load_error_code(reader& from, std::error_code& code)
{
    const auto text = load_text(from);
    if (const auto* category = wire::find_std_category(text.category))
        code = {text.value, *category};
    else
        code = known_to_boost(text);
}

void load_error_code(reader& from, boost::system::error_code& code)
{
    const auto text = load_text(from);
    const auto* category = wire::find_std_category(text.category);
    const bool is_std_alone = category == &std::iostream_category() || category == &std::future_category();
    code = is_std_alone ? boost::system::error_code(std::error_code(text.value, *category)) : known_to_boost(text);
}

} // namespace procpool::detail
