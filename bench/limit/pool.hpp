// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "limit/link.hpp"
#include "limit/task_queue.hpp"

#include <deque>
#include <vector>

namespace limit {

/// Called with a task's answer, whose bytes are valid during the call.
struct callback {
    void (*call)(void* context, std::span<const std::byte> answer);
    void* context;
};

/// A process pool that one thread runs with epoll. A worker that dies ends the program.
class pool {
public:
    struct options {
        unsigned workers = 1;
        std::size_t window = 256; ///< most tasks that one worker is sent ahead
    };

    explicit pool(const options& chosen);
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;
    ~pool();

    /// Queues a task. A payload above `copy_limit` must outlive its callback.
    void submit(function run, std::span<const std::byte> payload, callback done);

    /// Calls callbacks until no task is left.
    void run();

private:
    struct worker {
        std::size_t index = 0; // in workers_
        link channel;
        task_queue::run sending;
        std::size_t ahead = 0;    // tasks that were taken from the queue and not answered
        bool awaits_room = false; // registered for EPOLLOUT
    };

    std::uint32_t take_index();
    void feed(worker& to);
    void send(worker& to);
    void await_room(worker& of, bool wanted);
    void receive(worker& from);
    void wait();

    int epoll_;
    std::size_t window_;
    std::deque<worker> workers_; // a deque, because a link does not move
    task_queue queue_;
    std::vector<callback> callbacks_; // grows to the most tasks that were ever in the pool
    std::vector<std::uint32_t> free_; // indexes into callbacks_
};

} // namespace limit
