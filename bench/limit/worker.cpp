// SPDX-License-Identifier: BSL-1.0
#include "limit/worker.hpp"

#include "burn.hpp"
#include "die.hpp"
#include "limit/inbox.hpp"
#include "limit/outbox.hpp"

#include <string_view>
#include <unistd.h>

namespace limit {

namespace {

std::span<const std::byte> no_op(std::span<const std::byte>)
{
    return {};
}

std::span<const std::byte> echo(std::span<const std::byte> payload)
{
    return payload;
}

// The bytes before it stand for the name of a function, which procpool sends.
std::int64_t last_value(std::span<const std::byte> payload)
{
    std::int64_t value = 0;
    std::memcpy(&value, payload.last(sizeof value).data(), sizeof value);
    return value;
}

std::span<const std::byte> burn(std::span<const std::byte> payload)
{
    ::burn(last_value(payload));
    return {};
}

std::span<const std::byte> die(std::span<const std::byte> payload)
{
    ::die_at(last_value(payload));
    return {};
}

void answer(const frame& call, outbox& out)
{
    static constexpr std::span<const std::byte> (*functions[])(std::span<const std::byte>) = {no_op, echo, burn, die};
    const auto result = functions[static_cast<std::size_t>(call.head.run)](call.payload);
    out.add({.size = result.size(), .task = call.head.task, .run = call.head.run, .unused = {}}, result);
}

} // namespace

void run_if_worker(const char* name)
{
    if (name != std::string_view(worker_name))
        return;
    inbox in;
    outbox out(STDOUT_FILENO);
    while (in.fill(STDIN_FILENO)) {
        while (const auto call = in.next())
            answer(*call, out);
        out.flush();
    }
    ::_exit(0);
}

} // namespace limit
