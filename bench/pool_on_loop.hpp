// SPDX-License-Identifier: BSL-1.0
#pragma once

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
};
