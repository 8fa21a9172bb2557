// SPDX-License-Identifier: BSL-1.0
#include "pool/joins.hpp"

#include <procpool/error.hpp>

#include <boost/asio/error.hpp>

#include <utility>

namespace procpool::detail {

void joins::set_limit(std::chrono::steady_clock::time_point end, std::function<void()> on_limit)
{
    limit_.expires_at(end);
    limit_.async_wait([on_limit = std::move(on_limit)](boost::system::error_code error) {
        if (!error)
            on_limit();
    });
}

void joins::remove(const std::shared_ptr<join_operation>& waiting)
{
    if (std::erase(waiting_, waiting) != 0)
        waiting->finish(limit_.get_executor(), boost::asio::error::operation_aborted);
}

void joins::complete()
{
    lift_limit();
    const auto error = cut_off_ ? make_error_code(errc::timed_out) : boost::system::error_code();
    for (const auto& each : std::exchange(waiting_, {}))
        each->finish(limit_.get_executor(), error);
}

} // namespace procpool::detail
