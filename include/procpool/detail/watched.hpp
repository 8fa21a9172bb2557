// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>
#include <procpool/detail/deadline.hpp>
#include <procpool/detail/shared_queue.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace procpool::detail {

/// One of the objects that wait_ready() waits for.
struct watched {
    std::shared_ptr<const void> owner{}; ///< Keeps the descriptor open; null: the caller does.
    int descriptor = -1;                 ///< Is readable when the object is ready, and may be so for nothing.
    std::function<attempt()> look{};     ///< Whether the object is ready; waits for nothing. Empty: it always is then.
};

/// Called for each wait, so that an object that is listed is not kept open in between.
using watch_source = std::function<watched()>;

template <class T>
concept can_be_watched = requires(const T& object) {
    {
        object.watch()
    } -> std::same_as<watch_source>;
};

/// What was seen of several objects.
struct readiness_of_several {
    std::vector<std::size_t> ready{}; ///< Their places, ascending.
    bool is_busy = false;             ///< Of one it could not be told, because another process was using it.
};

/// Looks without waiting. Throws what an object throws, and std::system_error for what is not an open descriptor.
PROCPOOL_DECL readiness_of_several look_at(std::span<const watched> objects);
/// Blocks until one of the objects is ready. Empty when the deadline passed first. Throws as look_at().
PROCPOOL_DECL std::vector<std::size_t> wait_for_some(std::span<const watched> objects, deadline until);

} // namespace procpool::detail
