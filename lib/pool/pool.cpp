// SPDX-License-Identifier: BSL-1.0
#include <procpool/pool.hpp>

#include "link/launch.hpp"
#include "os/this_process.hpp"
#include "pool/launch_options.hpp"
#include "pool/pool_impl.hpp"
#include "pool/validate_options.hpp"
#include "wire/error_categories.hpp"
#include "worker/main_guard.hpp"

#include <procpool/detail/throw_error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/system_executor.hpp>

#include <future>

namespace procpool {
namespace {

constexpr std::size_t kept_for_the_program = 16;

void check_initialized(const pool_options& options)
{
    if (options.executable.empty() && !worker::main_was_guarded())
        detail::throw_error(
            errc::not_initialized,
            "this program made a procpool::pool but has not called procpool::run_if_worker(): call it first in "
            "main, because workers are started from this same program and begin in main too, and make the pool "
            "inside main, because static objects are made before it");
}

void check_descriptors(std::size_t workers, const pool_options& all)
{
    const worker_options& options = all.worker;
    const std::size_t processes = workers + (all.start == start_method::forkserver);
    const std::size_t streams =
        std::size_t{link::goes_through_pool(detail::stdout_of(options))} + link::goes_through_pool(options.stderr_to);
    const std::size_t of_group = options.contain == containment::cgroup ? 2 : 0;
    const std::size_t needed = processes * (link::descriptors_per_worker(streams) + of_group) +
                               link::descriptors_while_starting(streams) + kept_for_the_program;
    if (needed > os::descriptor_limit())
        detail::throw_error(errc::too_many_descriptors, "a pool of " + std::to_string(workers) + " workers needs " +
                                                            std::to_string(needed) +
                                                            " file descriptors and this process may have " +
                                                            std::to_string(os::descriptor_limit()) +
                                                            ": raise RLIMIT_NOFILE (ulimit -n) or use fewer workers");
}

// So that a task's end of file is the caller's asio::error::eof.
void know_asio_errors()
{
    wire::add_error_category(boost::asio::error::get_misc_category());
    wire::add_error_category(boost::asio::error::get_netdb_category());
    wire::add_error_category(boost::asio::error::get_addrinfo_category());
}

std::shared_ptr<detail::pool_impl> make(const pool::executor_type& executor, pool_options options)
{
    if (!options.workers)
        options.workers = os::usable_cpus();
    validate(options);
    if (options.start != start_method::inline_) {
        check_initialized(options);
        check_descriptors(*options.workers, options);
    }
    know_asio_errors();
    return detail::pool_impl::make(executor, std::move(options));
}

} // namespace

pool::pool(const executor_type& executor, pool_options options) : impl_(make(executor, std::move(options))) {}

pool::pool(pool_options options) : impl_(make({}, std::move(options))) {}

pool::pool(pool&& other) noexcept = default;

pool& pool::operator=(pool&& other) noexcept
{
    pool(std::move(other)).impl_.swap(impl_);
    return *this;
}

pool::~pool()
{
    if (impl_)
        impl_->release();
}

const std::shared_ptr<detail::pool_impl>& pool::usable() const
{
    if (!impl_)
        detail::throw_error(errc::pool_closed, "a procpool::pool was used after it was moved from");
    impl_->check_original();
    return impl_;
}

pool::executor_type pool::get_executor() const
{
    return usable()->executor();
}

void pool::cancel_pending()
{
    usable()->cancel_pending();
}

void pool::kill_workers()
{
    usable()->kill_workers();
}

void pool::terminate_workers(std::chrono::nanoseconds grace)
{
    detail::require_not_negative(grace, "pool::terminate_workers(grace)");
    usable()->terminate_workers(grace);
}

void pool::close()
{
    usable()->close();
}

void pool::resize(std::size_t workers)
{
    detail::require_worker_count(workers, "pool::resize(workers)");
    check_descriptors(workers, usable()->options());
    usable()->resize(workers);
}

void pool::terminate()
{
    usable()->terminate();
}

stats pool::stats() const
{
    return usable()->stats();
}

void pool::join()
{
    usable()->check_may_block("procpool::pool::join()");
    std::promise<void> joined;
    auto end = joined.get_future();
    async_join([joined = std::move(joined)](boost::system::error_code) mutable { joined.set_value(); });
    try {
        end.get();
    } catch (const std::future_error&) { // the handler was destroyed uninvoked
        throw detail::error_with(
            boost::asio::error::operation_aborted,
            "procpool::pool::join() waited for a pool whose context was destroyed: its workers are "
            "gone; keep the context alive and running until the pool is joined");
    }
}

void detail::submit(const std::shared_ptr<pool_impl>& pool, operation_ptr op, full_queue if_full)
{
    pool->check_original();
    pool->submit(std::move(op), if_full);
}

std::vector<detail::future_ptr> detail::broadcast(const std::shared_ptr<pool_impl>& pool, const call& made)
{
    return pool->broadcast(made, {});
}

bool detail::cancel(const std::weak_ptr<pool_impl>& pool, operation_ptr op, bool if_running)
{
    const auto alive = pool.lock();
    if (!alive)
        return false;
    alive->check_original();
    return alive->cancel(op, if_running);
}

boost::asio::any_io_executor detail::executor_of(const std::shared_ptr<pool_impl>& pool)
{
    auto executor = pool->executor();
    return executor ? executor : boost::asio::system_executor();
}

boost::asio::any_io_executor detail::executor_of(const std::weak_ptr<pool_impl>& pool)
{
    const auto alive = pool.lock();
    return alive ? executor_of(alive) : boost::asio::system_executor();
}

void detail::check_may_block(const std::weak_ptr<pool_impl>& pool, const char* what)
{
    if (const auto alive = pool.lock()) {
        alive->check_original();
        alive->check_may_block(what);
    }
}

void detail::start_join(const std::shared_ptr<pool_impl>& pool, deadline end, join_handler handler)
{
    pool->join(std::make_shared<join_operation>(std::move(handler), pool), end);
}

} // namespace procpool
