// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/operation.hpp>

#include "by_pool.hpp"
#include "pool/scheduled_operation.hpp"
#include "wire/exception_record.hpp"

#include <procpool/detail/deadline.hpp>

namespace procpool::detail {
namespace {

bool needs_limits(const submit_options& options)
{
    const submit_options usual;
    return options.timeout || options.soft_timeout || options.queue_timeout || options.deadline || options.retries ||
           !options.name.empty() || options.on_cancel != usual.on_cancel || options.grace != usual.grace ||
           options.kill_grace != usual.kill_grace;
}

deadline end_of(std::optional<std::chrono::nanoseconds> limit)
{
    return limit ? deadline_in(*limit) : deadline();
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

task_options::task_options(const submit_options& given)
{
    validate(given);
    struct with_name {
        submit_options options;
        std::string name;
    };
    const auto copy = std::make_shared<with_name>(with_name{given, std::string(given.name)});
    copy->options.name = copy->name;
    given_ = {copy, &copy->options};
}

void scheduled_operation::take(const submit_options& options)
{
    priority = options.priority;
    if (!needs_limits(options))
        return;
    own_limits = std::make_unique<detail::own_limits>(limits_for(options), std::string(options.name));
    limits = own_limits.get();
}

void scheduled_operation::attach(std::vector<byte_buffer> buffers, std::shared_ptr<attached_descriptors> descriptors)
{
    if (!own_limits)
        own_limits = std::make_unique<detail::own_limits>();
    limits = own_limits.get();
    own_limits->attached = std::move(buffers);
    own_limits->descriptors = std::move(descriptors);
}

std::size_t scheduled_operation::size() const noexcept
{
    std::size_t total = call().size();
    for (const auto& each : attached())
        total += each.size();
    return total;
}

operation::operation(call&& made, const task_options& options)
    : outcome_{.bytes = std::move(made.bytes)},
      modules_(static_cast<std::uint16_t>(made.modules))
{
    auto* scheduled = new (scheduled_operation::storage_of(*this)) scheduled_operation(*this);
    if (const auto* given = options.given())
        scheduled->take(*given);
    if (!made.attached.empty() || made.descriptors)
        scheduled->attach(std::move(made.attached), std::move(made.descriptors));
}

operation::~operation()
{
    scheduled_operation::of(*this).~scheduled_operation();
}

std::exception_ptr outcome::make_failure() const
{
    return is_exception ? wire::decode_exception(bytes) : copy_of(error);
}

} // namespace procpool::detail
