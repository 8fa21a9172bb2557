// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/operation.hpp>

#include "pool/scheduled_operation.hpp"
#include "wire/exception_record.hpp"

namespace procpool::detail {

operation::operation(call&& made, const submit_options& options)
    : outcome_{.bytes = std::move(made.bytes)},
      modules_(made.modules)
{
    validate(options);
    auto* scheduled = new (scheduled_operation::storage_of(*this)) scheduled_operation(*this);
    scheduled->priority = options.priority;
    scheduled->timeout = options.timeout;
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
