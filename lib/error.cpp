// SPDX-License-Identifier: BSL-1.0
#include <procpool/error.hpp>

#include "leaky_singleton.hpp"

#include <utility>

namespace procpool {

namespace {

const char* sentence(errc e) noexcept
{
    switch (e) {
    case errc::pool_closed:
        return "The pool was closed; submit tasks before close(), or to another pool.";
    case errc::queue_full:
        return "The pool's queue is full; submit later, raise max_pending or max_pending_bytes, or set when_full to "
               "wait.";
    case errc::timed_out:
        return "The time limit passed and the work was given up; allow it more time, or give it less to do.";
    case errc::start_failed:
        return "No worker could be started; check that the worker program exists, is executable and calls "
               "run_if_worker().";
    case errc::unknown_task:
        return "The worker program has no task of that name and signature; register it there before run_if_worker().";
    case errc::module_mismatch:
        return "The worker has not loaded the code that the task refers to, or another build of it; install the same "
               "build on both sides.";
    case errc::not_serializable:
        return "A value could not be turned into bytes or back; check the serialization function of its type.";
    case errc::protocol_error:
        return "A worker sent bytes that make no sense and was ended; look for memory corruption in the tasks, or for "
               "two versions of the library.";
    case errc::would_deadlock:
        return "A blocking call was made on the thread that would have to run for it to return; wait asynchronously "
               "there.";
    case errc::not_initialized:
        return "main() did not call procpool::run_if_worker(); call it first thing in main().";
    case errc::too_many_descriptors:
        return "The limit of open files is too low for that many; raise it (ulimit -n), use fewer workers or pass "
               "fewer at a "
               "time.";
    case errc::invalid_option:
        return "An option has a value outside its range; see its documentation in options.hpp.";
    case errc::queue_timed_out:
        return "The task did not start in time and was given up; add workers, submit less, or allow it more time.";
    case errc::deadline_exceeded:
        return "The task did not end in time and was given up; allow it more time, or submit it earlier.";
    case errc::quarantined:
        return "The task ended so many workers that it is not run again; find its fault before you submit it again.";
    case errc::queue_closed:
        return "The queue was closed and what was in it has been taken; put before close(), and stop to get here.";
    case errc::connection_closed:
        return "The pipe is closed at this end or at the other one; stop here, or keep both ends open for longer.";
    case errc::forked_copy:
        return "This object is a copy made by fork(); use it in the process that made it, or make a new one here.";
    }
    return "This is not an error of procpool; see where the code was made.";
}

class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "procpool"; }
    std::string message(int value) const override { return sentence(static_cast<errc>(value)); }
};

constinit leaky_singleton<category> the_category;

} // namespace

const boost::system::error_category& error_category() noexcept
{
    return the_category.get();
}

worker_crashed::worker_crashed(crash_report report)
    : runtime_error(report.summary()),
      report_(std::make_shared<const crash_report>(std::move(report)))
{
}

worker_crashed::~worker_crashed() = default;

task_error::task_error(std::string type_name, std::string message)
    : runtime_error(message.empty() ? type_name : type_name + ": " + message),
      type_name_(std::move(type_name)),
      message_(std::move(message))
{
}

task_error::~task_error() = default;

} // namespace procpool
