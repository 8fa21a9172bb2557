// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

namespace {

constexpr unit million_tasks{.name = "M tasks/s", .scale = 1e-6, .more_is_better = true};
constexpr unit microseconds{.name = "us", .scale = 1, .more_is_better = false};
constexpr unit milliseconds{.name = "ms", .scale = 1, .more_is_better = false};
constexpr unit bytes{.name = "bytes", .scale = 1, .more_is_better = false};

constexpr row all_rows[] = {
    {"no-op, callback, 1 worker", "procpool/no_op_callback/workers:1", "yardstick/no_op/workers:1", million_tasks},
    {"no-op, callback, 2 workers", "procpool/no_op_callback/workers:2", "yardstick/no_op/workers:2", million_tasks,
     0.25},
    {"no-op, coroutines, 1 worker", "procpool/no_op_coroutine/workers:1", "yardstick/no_op/workers:1", million_tasks},
    {"no-op, coroutines, 2 workers", "procpool/no_op_coroutine/workers:2", "yardstick/no_op/workers:2", million_tasks},
    {"no-op, futures, 1 worker", "procpool/no_op_future/workers:1", "yardstick/no_op/workers:1", million_tasks},
    {"no-op, futures, 2 workers", "procpool/no_op_future/workers:2", "yardstick/no_op/workers:2", million_tasks},
    {"round trip, awaited on the loop", "procpool/round_trip_coroutine", "yardstick/round_trip", microseconds, 1.5},
    {"round trip, get() from another thread", "procpool/round_trip_get", "yardstick/round_trip", microseconds},
    {"echo of 1 MiB", "procpool/echo/bytes:1048576", "yardstick/echo/bytes:1048576", milliseconds},
    {"echo of 64 MiB", "procpool/echo/bytes:67108864", "yardstick/echo/bytes:67108864", milliseconds},
    {"construction to first result, 1 worker", "procpool/start/workers:1", "yardstick/start/workers:1", milliseconds},
    {"construction to first result, 2 workers", "procpool/start/workers:2", "yardstick/start/workers:2", milliseconds},
    {"construction to first result, 8 workers", "procpool/start/workers:8", "yardstick/start/workers:8", milliseconds},
    {"heap per queued no-op", "procpool/queue", "yardstick/queue", bytes},
};

constexpr reference all_references[] = {
    {"no-op, 2 workers", "yardstick/no_op/workers:2", million_tasks, 7.5},
    {"round trip", "yardstick/round_trip", microseconds, 13.5},
};

} // namespace

std::span<const row> rows()
{
    return all_rows;
}

std::span<const reference> references()
{
    return all_references;
}
