// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/options.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>

namespace procpool {

/// How pool::map() and its kin hand out their input. An aggregate with defaults: `{.chunk_size = 10}`.
struct map_options {
    /// How many elements make one task, at most. At least 1. Default: as many as take about half a millisecond, as
    /// measured; one at first, and one when they are long or large. When their results come to 64 KiB, or, by default,
    /// when they take much longer than those before them, those that were not begun become another task.
    std::optional<std::size_t> chunk_size{};
    /// How many elements may have been read from the input and not been given out, whatever the number of workers. At
    /// least 1. Without a chunk_size, tasks are so small that all workers have some of the elements. Default: as many as
    /// four tasks for each worker hold.
    std::optional<std::size_t> buffer_size{};
    /// Options of each of the tasks. With limits or retries and no chunk_size each element is a task of its own; with a
    /// chunk_size they are the limits of all its elements together, and what is run again is all of them.
    submit_options task{};
};

// As submit_options, and for the same reason.
static_assert(std::is_trivially_copyable_v<map_options>);

/// Throws boost::system::system_error with errc::invalid_option and a sentence that names the field.
PROCPOOL_DECL void validate(const map_options& options);

} // namespace procpool
