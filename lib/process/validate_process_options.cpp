// SPDX-License-Identifier: BSL-1.0
#include "pool/validate_options.hpp"

#include <procpool/detail/throw_error.hpp>
#include <procpool/process_options.hpp>

namespace procpool {
namespace {

void require(bool holds, const std::string& sentence)
{
    if (!holds)
        detail::throw_error(errc::invalid_option, "procpool::process_options::" + sentence);
}

bool is_possible(output where)
{
    return where == output::inherit || where == output::discard;
}

} // namespace

void validate(const process_options& options)
{
    require(detail::is_environment(options.env), "env has a name that is empty or contains '='");
    require(is_possible(options.stdout_to), "stdout_to must be inherit or discard: only a pool reads what its workers "
                                            "write");
    require(is_possible(options.stderr_to), "stderr_to must be inherit or discard: only a pool reads what its workers "
                                            "write");
    detail::require_limits(options.limits);
    detail::require_sandbox(options.sandbox);
}

} // namespace procpool
