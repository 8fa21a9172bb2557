// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/child_group.hpp"
#include "process/start.hpp"

#include <procpool/detail/deadline.hpp>
#include <procpool/detail/process_mark.hpp>
#include <procpool/detail/process_state.hpp>
#include <procpool/exit_status.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace procpool::detail {

/// One process, from its options to its exit status. Nobody watches it: its end is seen, and it is reaped, by whoever
/// asks. All functions are thread-safe; those that need a process expect was_started().
class process_state {
public:
    process_state(process_options options, call made);

    const process_options& options() const noexcept { return options_; }
    /// Returns false in a process that was forked after this object was made.
    bool is_original() const noexcept;
    /// Throws errc::forked_copy.
    void check_original() const;
    /// Throw also std::logic_error.
    void check_usable() const;
    void check_started() const;

    void start();
    void close();
    std::optional<pid_t> pid() const;
    bool is_alive() { return has_started() && !has_ended(); }
    bool has_started() const;
    /// Whether it has ended; the one that sees it first reaps it.
    bool has_ended();
    std::optional<exit_status> status();
    /// False when it has not ended by then.
    bool wait(deadline until);
    /// Throws operation_not_permitted.
    void send_signal(int number);
    void terminate();
    void kill();
    /// A descriptor that stays open as long as somebody has it, also after close(); then this throws.
    std::shared_ptr<const os::descriptor> sentinel() const;

    /// Begins what the end of its object and of the program does to it: SIGTERM to a daemon. Nothing happens in a
    /// forked copy, and when it does not run; likewise:
    void begin_end() noexcept;
    /// Waits until it has ended: a daemon until that time, and kills it then; any other for as long as it takes.
    void finish_end(std::chrono::steady_clock::time_point end_of_daemons) noexcept;
    /// How long a daemon has from SIGTERM on.
    static constexpr std::chrono::seconds grace_of_daemons{1};

private:
    enum class stage { made, running, ended, closed };

    [[noreturn]] void throw_closed() const;
    [[noreturn]] void throw_not_permitted() const;
    bool is_running() const;
    os::child_group group() const;
    bool look_for_end();
    std::shared_ptr<const os::descriptor> sentinel_or_null() const;
    void reap();

    const process_mark mark_;
    const process_options options_;
    std::atomic<pid_t> owner_{0}; // the process that has started it
    mutable std::mutex mutex_;
    stage stage_ = stage::made;
    call call_; // until it is started
    started_process process_;
    std::shared_ptr<const os::descriptor> sentinel_; // its pidfd
    exit_status status_{.never_started = true};
};

} // namespace procpool::detail
