// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/operation.hpp>

#include "pool/scheduled_operation.hpp"
#include "wire/exception_record.hpp"

namespace procpool::detail {
namespace {

bool needs_limits(const submit_options& options)
{
    const submit_options usual;
    return options.timeout || options.soft_timeout || options.queue_timeout || options.deadline || options.retries ||
           !options.name.empty() || options.on_cancel != usual.on_cancel || options.grace != usual.grace ||
           options.kill_grace != usual.kill_grace;
}

// What an option says is counted from now; as late as the clock can tell, if that is later.
std::optional<schedule::time_point> end_of(std::optional<std::chrono::nanoseconds> limit)
{
    const auto now = schedule::clock::now();
    if (!limit)
        return {};
    return *limit < schedule::time_point::max() - now ? now + *limit : schedule::time_point::max();
}

schedule::task_limits limits_for(const submit_options& options)
{
    return {.timeout = options.timeout,
            .soft_timeout = options.soft_timeout,
            .queue_end = end_of(options.queue_timeout),
            .deadline = end_of(options.deadline),
            .on_cancel = static_cast<schedule::when_cancelled>(options.on_cancel),
            .grace = options.grace,
            .kill_grace = options.kill_grace,
            .retries = options.retries,
            .retry_exceptions = options.retry_exceptions,
            .retry_pause = options.retry_pause};
}

} // namespace

operation::operation(call&& made, const submit_options& options)
    : outcome_{.bytes = std::move(made.bytes)},
      modules_(made.modules)
{
    validate(options);
    auto* scheduled = new (scheduled_operation::storage_of(*this)) scheduled_operation(*this);
    scheduled->priority = options.priority;
    if (needs_limits(options)) {
        scheduled->own_limits = std::make_unique<own_limits>(limits_for(options), std::string(options.name));
        scheduled->limits = scheduled->own_limits.get();
    }
}

operation::~operation()
{
    scheduled_operation::of(*this).~scheduled_operation();
}

std::exception_ptr outcome::failure() const
{
    return is_exception ? wire::decode_exception(bytes) : error;
}

} // namespace procpool::detail
