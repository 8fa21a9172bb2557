// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/action.hpp"
#include "schedule/task.hpp"

#include <optional>

namespace procpool::schedule {

enum class worker_state : std::uint8_t {
    starting,  ///< The process exists or is being made; it gets no tasks yet.
    ready,     ///< It takes tasks.
    condemned, ///< It is to be killed as soon as nobody else's task can be hurt by that; it gets no more tasks.
    retiring,  ///< It was told to end.
};

/// How far the end of a condemned worker has come.
enum class pressure : std::uint8_t {
    none,       ///< Its task was asked to stop, at most: it may still be spared.
    terminated, ///< It has SIGTERM, and dies of it or of SIGKILL.
    killed,     ///< It has SIGKILL.
};

/// What the scheduler knows of a worker.
struct worker {
    worker_id id = 0;
    worker_state state = worker_state::starting;
    task_list sent;                  ///< In the order in which they will run there.
    std::optional<time_point> alarm; ///< By then it must be ready, or have ended, or gets more pressure.
    pressure under = pressure::none; ///< When it is condemned.
    bool has_worked = false;         ///< It began a task, so its program can start.

    // A place among the workers of the same load (by_load).
    worker* previous = nullptr;
    worker* next = nullptr;
    std::size_t load() const noexcept { return sent.size(); }
};

} // namespace procpool::schedule
