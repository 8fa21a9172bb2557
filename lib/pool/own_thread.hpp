// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <thread>

namespace procpool::detail {

/// A context and the background thread that runs it, for a pool without an event loop of its host.
class own_thread {
public:
    own_thread();
    /// Lets the thread end when the context has nothing more to do, and waits for that; on the thread itself, which is
    /// where a handler may destroy its pool, it does not wait.
    ~own_thread();
    own_thread(const own_thread&) = delete;
    own_thread& operator=(const own_thread&) = delete;

    boost::asio::io_context::executor_type executor() const noexcept { return context_->get_executor(); }

private:
    std::shared_ptr<boost::asio::io_context> context_; // the thread has one too
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

} // namespace procpool::detail
