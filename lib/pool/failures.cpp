// SPDX-License-Identifier: BSL-1.0
#include "pool/failures.hpp"

#include "by_pool.hpp"
#include "formatting.hpp"
#include "pool/task_report.hpp"
#include "wire/control_page.hpp"
#include "wire/exception_record.hpp"

#include <procpool/detail/throw_error.hpp>

#include <boost/asio/error.hpp>

namespace procpool::detail {
namespace {

std::string name_of(const link::link& worker)
{
    if (worker.number() == link::fork_server_number)
        return "the fork server (pid " + std::to_string(worker.pid()) + ")";
    return "worker " + std::to_string(worker.number()) + " (pid " + std::to_string(worker.pid()) + ")";
}

std::string message_of(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& e) {
        return e.what();
    }
}

/// What an initializer threw, or why the worker could not be confined as its options say?
bool is_the_workers_own(const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const boost::system::system_error& e) {
        return e.code() == errc::start_failed;
    } catch (...) {
        return false;
    }
}

} // namespace

outcome failed_with(errc code, const std::string& sentence)
{
    return {.error = make_error(code, sentence)};
}

outcome cancelled()
{
    return {.error = std::make_exception_ptr(by_pool(error_with(
                boost::asio::error::operation_aborted,
                "the task was cancelled before it had an outcome, by its caller or by the end of its pool")))};
}

outcome closed()
{
    return failed_with(errc::pool_closed,
                       "the task was not accepted because the pool is closed: submit before close(), "
                       "join(), shutdown or terminate()");
}

outcome queue_is_full(const pool_options& options)
{
    std::string limits;
    if (options.max_pending)
        limits += " max_pending is " + std::to_string(*options.max_pending);
    if (options.max_pending_bytes)
        limits += (limits.empty() ? "" : ",") + std::string(" max_pending_bytes is ") +
                  std::to_string(*options.max_pending_bytes);
    return failed_with(errc::queue_full, "the task was not accepted because the queue is full:" + limits +
                                             "; submit again later, or set pool_options::when_full to wait");
}

outcome timed_out(std::uint64_t worker, pid_t pid, std::chrono::nanoseconds limit)
{
    return failed_with(errc::timed_out, "the task ran longer than its timeout of " + seconds(limit) + ": worker " +
                                            std::to_string(worker) + " (pid " + std::to_string(pid) +
                                            ") that ran it is killed and replaced");
}

outcome queued_too_long()
{
    return failed_with(errc::queue_timed_out,
                       "the task waited longer than its queue_timeout and was given up before it started: add workers, "
                       "submit less, or allow it more time");
}

outcome deadline_exceeded(bool has_worker)
{
    return failed_with(errc::deadline_exceeded,
                       has_worker ? "the task's deadline passed while a worker had it: the worker is ended and replaced"
                                  : "the task's deadline passed before it started: it was given up");
}

outcome no_memory() noexcept
{
    return made_by([] {
        return outcome{.error = std::make_exception_ptr(by_pool(boost::system::system_error(
                           make_error_code(boost::system::errc::not_enough_memory),
                           "this process has no memory for what the task and its worker exchange: pass and return "
                           "less, or set pool_options::max_result_bytes to what it can take")))};
    });
}

outcome crashed(const link::link& worker, const scheduled_operation& task, schedule::time_point now)
{
    if (worker.was_too_much())
        return no_memory();
    if (worker.broke_protocol())
        return failed_with(errc::protocol_error,
                           name_of(worker) + " sent bytes that make no sense while it had the task, and was ended: the "
                                             "task's code may have written to descriptor 4 or into the pool's memory");
    return {.bytes = worker.answered_elements(task.id),
            .error = std::make_exception_ptr(by_pool(worker_crashed(report_of(worker, task, now))))};
}

outcome quarantined(const outcome& last, unsigned kills)
{
    return failed_with(errc::quarantined, "the task has ended " + std::to_string(kills) +
                                              " workers and will not be run again (pool_options::max_kills); the last "
                                              "time: " +
                                              message_of(last.error));
}

outcome never_begun()
{
    return failed_with(errc::quarantined,
                       "the task was sent to " + std::to_string(schedule::most_unbegun) +
                           " workers, one after the other, that ended or had to be killed before they said that it had "
                           "begun, and will not be sent again: somebody stops or kills them, or its code writes into "
                           "the pool's memory");
}

outcome could_not_start(const std::string& reason)
{
    return failed_with(errc::start_failed, "no worker could be started for the task: " + reason);
}

std::string start_failure(const link::link& worker)
{
    if (worker.other_version() != 0)
        return name_of(worker) + " uses version " + std::to_string(worker.other_version()) +
               " of procpool's channel and this program uses version " +
               std::to_string(wire::page_head::expected_version) +
               ": its program, or procpool's library, was replaced by another version. Restart this program, or build "
               "pool_options::executable with the same version";
    const auto report = worker.report();
    const std::string last_words = report.last_lines.empty() ? "" : "; its last words: " + report.last_lines.back();
    return name_of(worker) + " " + report.status.str() +
           " before it was ready: its program must reach procpool::run_if_worker() in main, and have all its "
           "libraries" +
           last_words;
}

std::string fork_server_failure(const link::link& server)
{
    return name_of(server) + " " + server.report().status.str() + " while workers waited to be forked from it";
}

std::string start_took_too_long(const link::link& worker, std::chrono::nanoseconds limit)
{
    return name_of(worker) + " was not ready after " + seconds(limit) +
           " and was killed: its program must call procpool::run_if_worker() first in main; an initializer that needs "
           "longer "
           "needs a greater pool_options::start_timeout";
}

std::string refusal(std::span<const std::byte> exception)
{
    const auto thrown = wire::decode_exception(exception);
    return (is_the_workers_own(thrown) ? "" : "its initializer threw: ") + message_of(thrown);
}

} // namespace procpool::detail
