// SPDX-License-Identifier: BSL-1.0
// No-ops in bursts, for programs that count what they cost: count WHICH BURST TASKS. WHICH: procpool or limit, with
// callbacks; procpool-awaited, by as many coroutines as a burst has tasks, with use_awaitable, and in the same way
// procpool-deferred, with deferred, and procpool-future, without a token; asio-awaited, the same coroutines with no
// pool at all: each time they await a post to their own loop.
#include "limit/worker.hpp"
#include "pool_on_loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <unistd.h>

namespace {

namespace asio = boost::asio;

std::string program_path; // for the pool: under valgrind, valgrind's own is behind /proc/self/exe

[[noreturn]] void end(procpool::pool& pool)
{
    pool.terminate();
    ::_exit(0); // under valgrind nobody tells of the workers' end
}

struct plan {
    std::size_t burst;
    std::size_t tasks;
};

void by_procpool(const plan& of)
{
    pool_on_loop on({.workers = 2, .executable = program_path});
    for (std::size_t done = 0; done < of.tasks; done += of.burst)
        on.run_all(of.burst, no_op);
    end(on.pool);
}

template <class AwaitOne>
asio::awaitable<void> await_many(std::size_t count, AwaitOne await_one)
{
    for (std::size_t i = 0; i != count; ++i)
        co_await await_one();
}

// Returns when all have been awaited.
template <class AwaitOne>
void await_all(asio::io_context& loop, const plan& of, AwaitOne await_one)
{
    std::size_t left = of.burst;
    for (std::size_t i = 0; i != of.burst; ++i)
        asio::co_spawn(loop, await_many(of.tasks / of.burst, await_one), [&](const std::exception_ptr& failure) {
            rethrow(failure);
            if (--left == 0)
                loop.stop();
        });
    loop.run();
}

template <class... Token>
void by_procpool_awaited(const plan& of)
{
    pool_on_loop on({.workers = 2, .executable = program_path});
    await_all(on.loop, of, [&on] { return on.pool.async_submit(no_op, Token()...); });
    end(on.pool);
}

void by_asio_awaited(const plan& of)
{
    asio::io_context loop(1);
    await_all(loop, of, [&loop] { return asio::post(loop, asio::use_awaitable); });
}

void by_limit(const plan& of)
{
    limit::pool pool({.workers = 2});
    for (std::size_t done = 0; done < of.tasks; done += of.burst) {
        for (std::size_t i = 0; i != of.burst; ++i)
            submit_no_op(pool);
        pool.run();
    }
}

} // namespace

int main(int, char* argv[])
{
    limit::run_if_worker(argv[0]);
    procpool::run_if_worker();
    program_path = std::filesystem::canonical(argv[0]);
    const std::map<std::string, void (*)(const plan&)> pools{
        {"procpool", by_procpool},
        {"procpool-awaited", by_procpool_awaited<asio::use_awaitable_t<>>},
        {"procpool-deferred", by_procpool_awaited<asio::deferred_t>},
        {"procpool-future", by_procpool_awaited<>},
        {"asio-awaited", by_asio_awaited},
        {"limit", by_limit}};
    pools.at(argv[1])({std::stoul(argv[2]), std::stoul(argv[3])});
}
