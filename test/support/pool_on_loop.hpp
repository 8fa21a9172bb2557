// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/left_behind.hpp"

#include <procpool/error.hpp>
#include <procpool/pool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>

namespace procpool::test {

/// A fixture: a pool on a loop that the test runs. When the loop ends, it must have run out of work, and nothing is
/// left.
class pool_on_loop : public nothing_left_behind {
public:
    explicit pool_on_loop(pool_options options = {.workers = 2}) : pool(std::in_place, context, std::move(options)) {}

    boost::asio::io_context context;
    std::optional<procpool::pool> pool;

    /// Runs the loop until it has no more work. The limit only gives a hang a name.
    void run()
    {
        context.restart();
        context.run_for(std::chrono::minutes(2));
        BOOST_TEST_REQUIRE(context.stopped());
    }

    /// Runs body, a function that returns an awaitable, on the loop; destroys the pool when it has ended.
    template <class Body>
    void run(Body body)
    {
        std::exception_ptr failure;
        boost::asio::co_spawn(context, std::move(body), [&](std::exception_ptr thrown) {
            failure = thrown;
            pool.reset();
        });
        run();
        if (failure)
            std::rethrow_exception(failure);
    }
};

/// The same with one worker, so that the second task waits for the first one.
struct one_worker : pool_on_loop {
    one_worker() : pool_on_loop({.workers = 1}) {}
};

/// The error code that an exception carries; a default one when it is none of a system_error.
inline boost::system::error_code code_of(const std::exception_ptr& failure)
{
    try {
        if (failure)
            std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code();
    } catch (...) {
    }
    return {};
}

/// The error code that a call throws; a default one when it throws nothing or something else.
template <class Call>
boost::system::error_code code_thrown_by(Call&& call)
{
    try {
        call();
    } catch (...) {
        return code_of(std::current_exception());
    }
    return {};
}

} // namespace procpool::test
