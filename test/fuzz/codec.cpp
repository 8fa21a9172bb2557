// SPDX-License-Identifier: BSL-1.0
// Reads bytes as a value of a type that contains itself in every way, or as an exception. What can be read must be the
// same after another journey.
#include "wire/exception_record.hpp"

#include <procpool/detail/decoder.hpp>
#include <procpool/detail/encoder.hpp>

#include <boost/system/system_error.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using procpool::detail::decoder;
using procpool::detail::parameter;

struct node {
    bool flag = false;
    double number = 0;
    std::string text;
    std::vector<node> children;
    std::unique_ptr<node> next;
    std::shared_ptr<node> shared;
    std::shared_ptr<std::string> shared_text;
    std::map<std::string, std::variant<std::monostate, int, std::vector<node>>> named;
    std::optional<std::list<std::vector<bool>>> bits;
    std::deque<std::array<std::uint16_t, 3>> triples;
};

std::vector<std::byte> written(const node& value)
{
    procpool::detail::byte_buffer bytes;
    procpool::detail::encoder(bytes).put(value);
    return {bytes.begin(), bytes.end()};
}

void read_node(std::span<const std::byte> bytes)
try {
    const auto once = written(decoder(bytes).get<node>());
    if (written(decoder(once).get<node>()) != once)
        std::abort();
} catch (const boost::system::system_error&) {
}

void read_views(std::span<const std::byte> bytes)
try {
    decoder from(bytes);
    static_cast<void>(from.get<std::vector<double>>());
    auto text = parameter<std::string_view>::decode(from);
    auto numbers = parameter<std::span<const double>>::decode(from);
    for (const double& number : parameter<std::span<const double>>::get(numbers))
        static_cast<void>(*const_cast<const volatile double*>(&number));
} catch (const boost::system::system_error&) {
}

void read_exception(std::span<const std::byte> bytes)
{
    if (!procpool::wire::decode_exception(bytes))
        std::abort();
}

} // namespace

/// Half of the time would go into collecting stack frames that exceptions have left behind.
extern "C" const char* __asan_default_options()
{
    return "detect_stack_use_after_return=0";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr void (*readers[])(std::span<const std::byte>) = {&read_node, &read_views, &read_exception};
    if (size == 0)
        return 0;
    const auto* first = reinterpret_cast<const std::byte*>(data);
    const std::vector<std::byte> bytes(first + 1, first + size); // aligned, and with its own end
    readers[data[0] % std::size(readers)](bytes);
    return 0;
}
