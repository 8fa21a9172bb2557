// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <functional>
#include <memory>
#include <typeindex>
#include <utility>

/// What code that runs in a worker can keep there from one task to the next. Callable from an initializer, from tasks
/// and from every thread; outside of workers it is the same for that process.
namespace procpool::this_worker {

namespace detail {

using maker = std::function<std::shared_ptr<void>()>;
/// The object of that type; made if there is none.
PROCPOOL_DECL void* find_or_make(std::type_index type, const maker& make);

} // namespace detail

/// The worker's one object of type T. The first call makes it, of its arguments; later ones ignore theirs. So a model
/// or a table is loaded once and used by each task: `state<model>(path).classify(image)`.
///
/// @return             a reference that is valid until the process ends; the object is not destroyed.
/// @par Throws         what the constructor throws; then the next call makes it.
/// @par Thread safety  safe; a second thread waits until the first has made the object. The object itself is as safe as
///                     its type. T's constructor may use the state of other types.
template <class T, class... Args>
T& state(Args&&... arguments)
{
    const auto make = [&]() -> std::shared_ptr<void> { return std::make_shared<T>(std::forward<Args>(arguments)...); };
    return *static_cast<T*>(detail::find_or_make(typeid(T), make));
}

/// Calls `hook` when the worker ends because its pool has no more use for it: close(), join(), resize(), idle_timeout,
/// max_tasks_per_worker and the like; also when a task calls std::exit(). Never when the worker is killed or crashes,
/// as by pool::terminate() and ~pool. Hooks are called in the reverse order, before those static objects are destroyed
/// that were made before the first hook was given; what is written to the standard streams still comes out. Five
/// seconds after its end was asked for, a worker is killed. A hook that the initializer of a fork server gives is
/// called in each worker, and in the server.
///
/// @par Throws  std::bad_alloc. What a hook throws ends the process, as from any function of std::atexit().
PROCPOOL_DECL void at_exit(std::function<void()> hook);

} // namespace procpool::this_worker
