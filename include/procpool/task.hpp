// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/encode_call.hpp>

#include <string>
#include <utility>

namespace procpool {

/// A function and its arguments, encoded. `procpool::task(fn, args...)` deduces R, the function's result.
///
/// The form of a submission without any doubt about which argument is the completion token, and of
/// pool_options::initializer. May be submitted any number of times; each time is a task of its own.
///
/// @par Callables      function pointers; lambdas that capture nothing; function objects that are empty or can be
///                     serialized; named_task. Anything else is refused at compile time with a sentence that says why.
/// @par Arguments      are converted to fn's parameter types and encoded by the constructor; they need not outlive it.
/// @par Throws         what the codec of an argument throws; boost::system::system_error with errc::module_mismatch
///                     when fn lies in a file that was linked without a build id; std::bad_alloc.
/// @par Thread safety  Distinct objects: safe. Shared objects: safe to read.
template <class R>
class task {
public:
    template <class F, class... Args>
        requires(!std::is_same_v<std::remove_cvref_t<F>, task>)
    explicit task(F&& fn, Args&&... arguments)
        : call_(detail::encode_call(std::forward<F>(fn), std::forward<Args>(arguments)...))
    {
    }

    /// The encoded call, for the library.
    const detail::call& encoded() const& noexcept { return call_; }
    detail::call&& encoded() && noexcept { return std::move(call_); }

private:
    detail::call call_;
};

template <class F, class... Args>
task(F&&, Args&&...) -> task<detail::result_of_call_t<F, Args...>>;

/// Calls a task by the name under which the worker program registered it with register_task(). For worker programs that
/// are not this executable: these have none of this program's functions.
///
/// @tparam R(Ps...)  must be the signature of the registered function, but for references and const.
/// @par Errors       of the call: errc::unknown_task when the worker has no task of that name and signature.
template <class R, class... Ps>
class named_task<R(Ps...)> {
public:
    explicit named_task(std::string name) : name_(std::move(name)) {}
    const std::string& name() const noexcept { return name_; }

private:
    std::string name_;
};

namespace detail {

/// A named task's name travels with the call, not in front of its arguments.
template <class R, class... Ps>
struct callable_codec<named_task<R(Ps...)>> {
    static void encode(call&, encoder&, const named_task<R(Ps...)>&) {}
};

} // namespace detail
} // namespace procpool
