// SPDX-License-Identifier: BSL-1.0
#include "by_pool.hpp"

#include <procpool/error.hpp>
#include <procpool/event.hpp>

namespace procpool {
namespace {

using boost::system::system_error;
using detail::by_pool;

task_end end_of(errc code)
{
    switch (code) {
    case errc::pool_closed:
        return task_end::pool_closed;
    case errc::timed_out:
        return task_end::timed_out;
    case errc::queue_timed_out:
        return task_end::queue_timed_out;
    case errc::deadline_exceeded:
        return task_end::deadline_exceeded;
    case errc::quarantined:
        return task_end::quarantined;
    case errc::start_failed:
        return task_end::start_failed;
    case errc::protocol_error:
        return task_end::crashed;
    case errc::queue_closed:
    case errc::connection_closed:
        return task_end::threw; // of a queue or a pipe, not of a task
    default:
        return task_end::refused;
    }
}

task_end end_of(const boost::system::error_code& code)
{
    if (code.category() == error_category())
        return end_of(static_cast<errc>(code.value()));
    return code == boost::system::errc::operation_canceled ? task_end::cancelled : task_end::threw;
}

} // namespace

task_end outcome_of(const std::exception_ptr& failure)
try {
    if (failure)
        std::rethrow_exception(failure);
    return task_end::returned;
} catch (const by_pool<worker_crashed>&) {
    return task_end::crashed;
} catch (const by_pool<system_error>& error) {
    return end_of(error.code());
} catch (...) {
    return task_end::threw;
}

std::exception_ptr detail::copy_of(const std::exception_ptr& exception)
try {
    if (exception)
        std::rethrow_exception(exception);
    return nullptr;
} catch (const by_pool<worker_crashed>& error) {
    return std::make_exception_ptr(error);
} catch (const by_pool<system_error>& error) {
    return std::make_exception_ptr(error);
} catch (...) {
    return exception;
}

} // namespace procpool
