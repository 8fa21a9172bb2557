// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>
#include <vector>

namespace procpool::soak {

/// An event loop with threads of its own.
class loop {
public:
    explicit loop(int threads)
    {
        while (threads-- > 0)
            threads_.emplace_back([this] { context_.run(); });
    }
    loop(const loop&) = delete;
    loop& operator=(const loop&) = delete;
    ~loop() { work_.reset(); }

    boost::asio::io_context& context() { return context_; }

private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::vector<std::jthread> threads_;
};

} // namespace procpool::soak
