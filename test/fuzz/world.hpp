// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <sched.h>
#include <set>
#include <span>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace procpool::fuzz {

using script = std::vector<std::uint8_t>;

/// Reads a script from its beginning to its end. After that all that comes is zero.
class steps {
public:
    explicit steps(const script& bytes) : bytes_(bytes) {}
    bool empty() const noexcept { return at_ == bytes_.size(); }
    template <class T>
    T next() noexcept
    {
        T value{};
        const auto part = take(sizeof(T));
        std::memcpy(&value, part.data(), part.size());
        return value;
    }
    std::span<const std::byte> take(std::size_t most) noexcept
    {
        const auto part = std::as_bytes(std::span(bytes_)).subspan(at_, std::min(most, bytes_.size() - at_));
        at_ += part.size();
        return part;
    }

private:
    const script& bytes_;
    std::size_t at_ = 0;
};

/// What a worker must not be able to change about this process.
class own_state {
public:
    own_state()
        : limits_{limit(RLIMIT_NOFILE), limit(RLIMIT_CPU), limit(RLIMIT_AS)},
          priority_(::getpriority(PRIO_PROCESS, 0)),
          flags_{::fcntl(0, F_GETFL), ::fcntl(1, F_GETFL), ::fcntl(2, F_GETFL)},
          processors_(usable_processors())
    {
    }
    bool operator==(const own_state&) const = default;

private:
    static std::pair<rlim_t, rlim_t> limit(__rlimit_resource of)
    {
        rlimit now{};
        ::getrlimit(of, &now);
        return {now.rlim_cur, now.rlim_max};
    }
    static int usable_processors()
    {
        cpu_set_t set;
        ::sched_getaffinity(0, sizeof(set), &set);
        return CPU_COUNT(&set);
    }

    std::array<std::pair<rlim_t, rlim_t>, 3> limits_;
    int priority_;
    std::array<int, 3> flags_;
    int processors_;
};

/// A pool with a worker that must not be touched, and one after the other that may be.
class world {
public:
    /// Obeys a script, in a worker.
    using attack = int (*)(const script&);

    world(const sandbox_options& sandbox, attack obey)
        : obey_(obey),
          pool_(context_, options(sandbox)),
          innocent_(pool_.async_submit([] {
              for (;;)
                  ::pause();
          }))
    {
        ++tasks_;
    }

    void suffer(const script& orders)
    {
        using namespace std::chrono_literals;
        attackers_.clear();
        attack_ = ++tasks_;
        auto attacked = pool_.async_submit({.timeout = 20ms, .kill_grace = 0ns}, obey_, orders);
        run_until([&] { return attacked.ready(); }); // with whatever outcome
        if (!attackers_.empty())
            ::kill(last_pid_, SIGKILL);
        run_until([&] { return attackers_.empty(); });
        ++tasks_;
        auto probe = pool_.async_submit([] { return ::getpid(); });
        run_until([&] { return probe.ready(); });
        if (probe.get() <= 0 || innocent_.ready() || before_ != own_state())
            std::abort();
    }

private:
    pool_options options(const sandbox_options& sandbox)
    {
        return {.workers = 2,
                .worker = {.stdout_to = output::capture, .on_output = [](const output_line&) {}, .sandbox = sandbox},
                .on_event = [this](const event& what) { see(what); },
                .max_result_bytes = 1024 * 1024};
    }
    void see(const event& what)
    {
        if (what.kind == event_kind::task_started && what.task == attack_) {
            attackers_.insert(what.worker);
            last_pid_ = what.pid;
        }
        if (what.kind == event_kind::worker_died && attackers_.erase(what.worker) == 0)
            std::abort(); // the task has never been there
    }
    template <class Condition>
    void run_until(Condition condition)
    {
        while (!condition())
            context_.run_one();
    }

    const own_state before_;
    attack obey_;
    boost::asio::io_context context_;
    std::uint64_t tasks_ = 0;
    std::uint64_t attack_ = 0;
    std::set<std::uint64_t> attackers_;
    pid_t last_pid_ = 0;
    pool pool_;
    future<void> innocent_;
};

} // namespace procpool::fuzz
