// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "limit/buffer.hpp"
#include "limit/link.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

/// The second yardstick: the usual way to have futures. The first one's workers and frames, behind Boost.Asio in a
/// thread of its own, a queue with a mutex, and a std::promise for each task.
namespace asio_future {

using bytes = std::vector<std::byte>;

class pool {
public:
    explicit pool(unsigned workers);
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;
    ~pool();

    /// From any thread.
    std::future<bytes> submit(limit::function run, std::span<const std::byte> payload);

private:
    struct task {
        limit::function run;
        bytes payload;
        std::promise<bytes> outcome;
    };

    struct worker {
        explicit worker(boost::asio::io_context& loop);
        ~worker();

        limit::link channel;
        boost::asio::posix::stream_descriptor task_pipe;
        boost::asio::posix::stream_descriptor answer_pipe;
        limit::buffer sending;
        std::deque<std::promise<bytes>> ahead; // answers come in the order of the tasks
    };

    void take_submitted();
    void feed(worker& to);
    void encode(task& next, worker& to);
    void receive(worker& from);

    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_{loop_.get_executor()};
    std::mutex mutex_;
    std::vector<task> submitted_; // guarded by mutex_; likewise:
    bool is_woken_ = false;
    std::deque<task> queue_;
    std::deque<worker> workers_;
    std::thread thread_;
};

} // namespace asio_future
