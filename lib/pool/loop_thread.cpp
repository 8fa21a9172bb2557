// SPDX-License-Identifier: BSL-1.0
#include "pool/loop_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <utility>

namespace procpool::detail {
namespace {

using boost::asio::any_io_executor;
using boost::asio::strand;

bool runs_loop(const any_io_executor& executor) // before those that call it
{
    return runs_loop_of(executor);
}

template <class Executor>
bool runs_loop(const Executor& executor)
{
    return executor.running_in_this_thread();
}

template <class Inner>
bool runs_loop(const strand<Inner>& executor)
{
    return runs_loop(executor.get_inner_executor());
}

template <class... Executors>
bool any_runs_loop(const any_io_executor& executor)
{
    const auto runs = [&]<class E>(const E* target) { return target != nullptr && runs_loop(*target); };
    return (runs(executor.target<Executors>()) || ...);
}

template <class... Strands>
any_io_executor inside_strand(const any_io_executor& executor)
{
    any_io_executor inner;
    const auto look = [&]<class S>(const S* strand) {
        if (strand)
            inner = strand->get_inner_executor();
    };
    (look(executor.target<Strands>()), ...);
    return inner;
}

} // namespace

any_io_executor loop_of(any_io_executor executor)
{
    using io = boost::asio::io_context::executor_type;
    using threads = boost::asio::thread_pool::executor_type;
    while (auto inner = inside_strand<strand<io>, strand<threads>, strand<any_io_executor>>(executor))
        executor = std::move(inner);
    return executor;
}

bool runs_loop_of(const any_io_executor& executor)
{
    using io = boost::asio::io_context::executor_type;
    using threads = boost::asio::thread_pool::executor_type;
    return executor && any_runs_loop<io, threads, strand<io>, strand<threads>, strand<any_io_executor>>(executor);
}

} // namespace procpool::detail
