// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "schedule/action.hpp"
#include "schedule/task.hpp"

#include <cstddef>
#include <limits>
#include <optional>

namespace procpool::schedule {

enum class worker_state : std::uint8_t {
    starting,  ///< The process exists or is being made; it gets no tasks yet.
    standby,   ///< It could take tasks, and gets its first when another worker has made way for it.
    ready,     ///< It takes tasks, if it is not leaving.
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
    task_list bound;                 ///< Nobody else may run them; to be sent when there is room.
    std::optional<time_point> alarm; ///< By then it must be ready, or have ended, gets more pressure, or is reviewed.
    pressure under = pressure::none; ///< When it is condemned.
    bool has_worked = false;         ///< It began a task, so its program can start.
    bool due = false;                ///< It works on until a replacement is there, and leaves then.
    bool leaving = false;            ///< It finishes what it has, then retires.
    bool recycled = false;           ///< It leaves because it has done enough, is too old or too large.
    bool lost_first = false;         ///< It has ended, and the task that it would have run next, or ran, was told so.
    bool stuck = false;              ///< It is condemned because it does not begin what it was sent.
    std::size_t tasks_left = std::numeric_limits<std::size_t>::max(); ///< How many more may be sent to it.
    time_point due_at = time_point::max();                            ///< When it will be too old.
    time_point
        quiet_since{}; ///< Its last answer, or since then the first task sent to it or the last one taken from it.

    std::size_t abandoned = 0; ///< How many of the sent tasks are finished: only the worker is busy with them.
    bool is_touched = false;   ///< Its load is another one than by_load has seen.

    // A place among the workers of the same load, or those that are aside (by_load).
    bool is_aside = false;
    std::size_t bucket = 0;
    worker* previous = nullptr;
    worker* next = nullptr;
    std::size_t load() const noexcept { return sent.size(); }
    bool takes_tasks() const noexcept { return state == worker_state::ready && !leaving; }
};

} // namespace procpool::schedule
