// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "tasks.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>

/// A pool on the event loop of one thread, as a server has it.
struct pool_on_loop {
    boost::asio::io_context loop{1};
    procpool::pool pool;

    explicit pool_on_loop(procpool::pool_options options) : pool(loop, std::move(options)) {}

    /// Runs the loop until a handler calls loop.stop(). The pool keeps it busy until then.
    void run()
    {
        loop.restart();
        loop.run();
    }

    /// Runs a task so many times, all submitted at once, each with a callback.
    template <class F, class... Args>
    void run_all(std::size_t times, F task, Args... arguments)
    {
        std::size_t left = times;
        for (std::size_t i = 0; i != times; ++i)
            pool.async_submit(task, arguments..., [&](const std::exception_ptr& failure) {
                rethrow(failure);
                if (--left == 0)
                    loop.stop();
            });
        run();
    }
};
