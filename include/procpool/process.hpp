// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/deadline.hpp>
#include <procpool/detail/process_state.hpp>
#include <procpool/detail/watched.hpp>
#include <procpool/exit_status.hpp>
#include <procpool/process_options.hpp>

#include <boost/asio/async_result.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <type_traits>
#include <utility>
#include <vector>

namespace procpool {

/// A process that this one has made, as active_children() gives it and as every `process` is one. Copies are the same
/// process; destroying one does nothing.
///
/// @par Throws         every function: std::logic_error when the process was closed, or the object was moved from;
///                     those that need a process, also when it was not started; errc::forked_copy in a process that was
///                     forked since.
/// @par Thread safety  Distinct objects: safe, also of the same process. Shared objects: safe, except moving, assigning
///                     and destroying.
class PROCPOOL_DECL child {
public:
    child(const child&) = default; // and no moving: it would take a process away from its owner
    child& operator=(const child&) = default;

    /// Its process_options::name.
    const std::string& name() const;
    /// Its process_options::daemon.
    bool is_daemon() const;
    /// Its process id; none before start(). When it has ended and this object knows, the number may be in use again.
    std::optional<pid_t> pid() const;

    /// Whether it was started and has not ended. Never blocks.
    bool is_alive() const;
    /// How it ended; none while it runs. exit_status::never_started when it was not started. Never blocks.
    std::optional<procpool::exit_status> exit_status() const;
    /// The same as Python says it: the exit code, or minus the number of the signal that ended it. None while it runs,
    /// before it was started, and when there is no status: the host ignores SIGCHLD, or has reaped the process itself.
    std::optional<int> exit_code() const;

    /// Blocks until it has ended.
    void join();
    /// The same, but for at most `limit`; false when it has not ended by then.
    template <class Rep, class Period>
    bool join(std::chrono::duration<Rep, Period> limit)
    {
        return join_until(detail::deadline_in(limit));
    }

    /// Waits until it has ended, on an event loop. The process runs on when the wait is cancelled.
    ///
    /// @par Signature     void(boost::system::error_code)
    /// @par Cancellation  terminal, partial, total: the wait ends with operation_aborted.
    /// @par Executor      the handler's own, else the one that was passed, else Asio's system executor; never called
    ///                    from inside this function. The process is watched on the one that was passed, else the
    ///                    handler's.
    /// @par Lifetime      This object, and the process object, may be destroyed while the operation is outstanding.
    /// @par Throws        std::system_error when there is no descriptor left to watch it with.
    template <boost::asio::completion_token_for<void(boost::system::error_code)> Token>
    auto async_join(Token&& token)
    {
        return async_join(boost::asio::any_io_executor(), std::forward<Token>(token));
    }
    template <boost::asio::completion_token_for<void(boost::system::error_code)> Token>
    auto async_join(const boost::asio::any_io_executor& executor, Token&& token)
    {
        return boost::asio::async_initiate<Token, void(boost::system::error_code)>(
            detail::initiate_process_join{started(), executor}, token);
    }

    /// Sends it SIGTERM, which ends it unless it handles or ignores that. Nothing happens when it has ended. Kills
    /// it, as kill() does, if this process may not signal it: it has changed its user since it started the process.
    void terminate();
    /// Sends SIGKILL to it and to what it has started in its process group.
    void kill();
    /// Sends it a signal. Nothing happens when it has ended and this object knows.
    ///
    /// @param number  SIGINT, SIGUSR1, ..., from 1 to SIGRTMAX.
    /// @par Throws    errc::invalid_option when there is no such signal. operation_not_permitted when this process may
    ///                not signal it, as at terminate().
    void send_signal(int number);

    /// A descriptor that is readable, for poll(2) and its like, from the end of the process on. It is this object's,
    /// and open until close() or the end of the last copy: do not close or read it.
    int sentinel() const;

    /// @cond for the library
    detail::watch_source watch() const;
    /// @endcond

protected:
    explicit child(detail::process_ptr state) noexcept : state_(std::move(state)) {}
    detail::process_state& usable() const;
    const detail::process_ptr& started() const;

    detail::process_ptr state_;

private:
    friend PROCPOOL_DECL std::vector<child> active_children();

    bool join_until(detail::deadline end);
};

/// One child process that runs one function, as Python's multiprocessing.Process.
///
///     procpool::process reader(read_all, path);
///     reader.start();
///     reader.join();
///
/// main must call run_if_worker(), because the process is this same program, started anew; it shares no memory with
/// this one. It has the host's stdout and stderr, and blocks and ignores no signal. It leads a session and a process
/// group of its own, so it has no controlling terminal.
/// It ends with exit code 0 when the function has returned, whatever that was, with n when it called std::exit(n), and
/// with 1 after an exception, which it prints to stderr. What it has started in its group ends with it, at the latest
/// when its end is seen here: by any call that tells of it, or a join.
///
/// Destroying the object ends the process as the end of this program does: a daemon gets SIGTERM, and SIGKILL when it
/// is still there a second later; any other is waited for, so this blocks until it has ended. A normal end of this
/// program (return from main, std::exit) does so for all that are left, daemons first; static objects that were made
/// after the first start are destroyed, one by one, before that. When this program is killed, or calls _exit or abort,
/// the kernel kills them all, daemons or not.
///
/// @par Thread safety  as child.
/// @par fork           A copy of a process in a process that the host forked throws errc::forked_copy on use;
///                     destroying it does nothing.
class PROCPOOL_DECL process : public child {
public:
    /// A process that will call fn with these arguments, which are converted and encoded now, as by pool::async_submit;
    /// fn may return anything. A procpool::task is called as it is.
    ///
    /// @par Throws  what the codec of an argument throws; errc::invalid_option; errc::module_mismatch; std::bad_alloc.
    template <class F, class... Args>
        requires(!std::derived_from<std::remove_cvref_t<F>, child> &&
                 !std::same_as<std::remove_cvref_t<F>, process_options>)
    explicit process(F&& fn, Args&&... arguments)
        : process(process_options(), std::forward<F>(fn), std::forward<Args>(arguments)...)
    {
    }
    template <class F, class... Args>
    explicit process(process_options options, F&& fn, Args&&... arguments)
        : child(detail::make_process(std::move(options),
                                     detail::encode_target(std::forward<F>(fn), std::forward<Args>(arguments)...)))
    {
    }
    process(process&& other) noexcept : child(std::exchange(other.state_, nullptr)) {}
    /// Ends the process that this object was, as the destructor does.
    process& operator=(process&& other) noexcept;
    ~process();

    /// Starts it. Never waits for it, whatever the size of the arguments. When the arguments have descriptors, and as
    /// many are in flight between processes of this user as one of them may have open (unix(7), ETOOMANYREFS), waits
    /// for that to pass, a second at most. After an error it may be tried again: the function has not run, unless the
    /// error is that of pidfd_open(2).
    ///
    /// @par Throws  boost::system::system_error: errc::not_initialized when main has not called run_if_worker();
    ///              errc::too_many_descriptors; errc::start_failed with the reason. std::logic_error when it was
    ///              started before.
    void start();

    /// Gives back what this object holds of the process, which must have ended or not have been started. Every later
    /// call but of this one throws std::logic_error.
    ///
    /// @par Throws  std::logic_error while the process runs.
    void close();
};

/// The processes that were started here and have not ended. From any thread; never blocks.
PROCPOOL_DECL std::vector<child> active_children();

} // namespace procpool
