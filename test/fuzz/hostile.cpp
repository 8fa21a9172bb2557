// SPDX-License-Identifier: BSL-1.0
// Workers that write anything to their pipe and their control page. Each input is a script that a task obeys in a
// worker of a real pool. Then this process must be sound, the other worker untouched, and a probe must answer.
#include "support/hostile.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <set>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace procpool::test;
using script = std::vector<std::uint8_t>;

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

void send_something(steps& from)
{
    send_bytes(from.take(from.next<std::uint8_t>()));
}

// The seeds count on their order, so what is new comes last.
using enum procpool::wire::frame_kind;
constexpr std::array kinds{procpool::wire::frame_kind{},
                           configure,
                           module,
                           task,
                           ready,
                           start_failed,
                           result,
                           exception,
                           forked,
                           forget,
                           process,
                           procpool::wire::frame_kind::call,
                           fork};

void send_nearly_an_answer(steps& from)
{
    auto header = own_header();
    header.kind = kinds.at(from.next<std::uint8_t>() % kinds.size());
    header.id += static_cast<std::uint64_t>(std::int64_t{from.next<std::int8_t>()});
    header.slot ^= from.next<std::uint16_t>();
    header.size = from.next<std::uint16_t>();
    const auto payload = from.take(header.size);
    send_frame(header, {reinterpret_cast<const char*>(payload.data()), payload.size()});
}

void poke(steps& from)
{
    auto* const page = reinterpret_cast<std::byte*>(&own_page());
    const std::size_t at = from.next<std::uint16_t>() % (sizeof(own_page()) - 256);
    const auto bytes = from.take(from.next<std::uint8_t>());
    std::copy(bytes.begin(), bytes.end(), page + at);
}

void change_the_own_word(steps& from)
{
    const auto header = own_header();
    const auto state = static_cast<procpool::wire::task_state>(from.next<std::uint8_t>() % 4);
    auto& slot = own_page().slots[header.slot];
    slot.started_ns = from.next<std::uint64_t>();
    slot.word = procpool::wire::task_word{header.id + from.next<std::uint8_t>() % 2, state}.pack();
}

void move_the_outbox(steps& from)
{
    auto& outbox = own_page().answers;
    outbox.end += static_cast<std::uint64_t>(std::int64_t{from.next<std::int32_t>()});
    outbox.begin += static_cast<std::uint64_t>(std::int64_t{from.next<std::int32_t>()});
}

void fill_the_outbox(steps& from)
{
    auto& outbox = own_page().answers;
    const auto header = own_header();
    std::memcpy(outbox.bytes.data(), &header, sizeof(header));
    const auto more = from.take(from.next<std::uint8_t>());
    std::copy(more.begin(), more.end(), outbox.bytes.begin() + sizeof(header));
    outbox.end = outbox.begin + sizeof(header) + more.size();
}

void flood(steps& from)
{
    send_bytes(std::vector<std::byte>(256 * 1024, from.next<std::byte>()));
}

void show_something(steps& from)
{
    const auto number = from.next<std::uint8_t>() % 4u;
    const auto place = from.next<std::uint8_t>() % 20u;
    if (const auto kind = from.next<std::uint8_t>() % 3; kind != 0) {
        const int memory = make_memory(std::size_t{from.next<std::uint16_t>()} * 16, kind == 1);
        send_memory(memory, number, place);
        ::close(memory);
    }
    const procpool::wire::shown_payload shown{.memory = number,
                                              .place = place,
                                              .offset = from.next<std::uint16_t>() * std::uint64_t{8},
                                              .size = from.next<std::uint32_t>()};
    send_shown(own_header(), shown, static_cast<procpool::wire::payload_place>(from.next<std::uint8_t>() % 4));
}

void crash_with_words(steps& from)
{
    auto& record = own_page().crash;
    const auto words = from.take(sizeof(record));
    std::memcpy(static_cast<void*>(&record), words.data(), words.size());
    ::raise(SIGKILL);
}

int obey(const script& orders)
{
    for (steps from(orders); !from.empty();) {
        switch (from.next<std::uint8_t>() % 14) {
        case 0:
        case 1:
            send_something(from);
            break;
        case 2:
        case 3:
            send_nearly_an_answer(from);
            break;
        case 4:
            poke(from);
            break;
        case 5:
            change_the_own_word(from);
            break;
        case 6:
            move_the_outbox(from);
            break;
        case 7:
            fill_the_outbox(from);
            break;
        case 8:
            flood(from);
            break;
        case 9:
            crash_with_words(from);
            break;
        case 10:
            ::_exit(0);
        case 11:
            ::pause(); // until the time limit
            break;
        case 12:
            show_something(from);
            break;
        default:
            return 7;
        }
    }
    return 7;
}

void wait_for_ever()
{
    for (;;)
        ::pause();
}

/// A pool with a worker that must not be touched, and one after the other that may be.
class world {
public:
    world() : pool_(context_, options()), innocent_(pool_.async_submit(wait_for_ever)) { ++tasks_; }

    void suffer(const script& orders)
    {
        attackers_.clear();
        attack_ = ++tasks_;
        auto attack = pool_.async_submit({.timeout = 20ms, .kill_grace = 0ns}, obey, orders);
        run_until([&] { return attack.ready(); }); // with whatever outcome
        if (!attackers_.empty())
            ::kill(last_pid_, SIGKILL);
        run_until([&] { return attackers_.empty(); });
        ++tasks_;
        auto probe = pool_.async_submit([] { return ::getpid(); });
        run_until([&] { return probe.ready(); });
        if (probe.get() <= 0 || innocent_.ready())
            std::abort();
    }

private:
    procpool::pool_options options()
    {
        return {.workers = 2,
                .on_event = [this](const procpool::event& what) { see(what); },
                .max_result_bytes = 1024 * 1024};
    }
    void see(const procpool::event& what)
    {
        if (what.kind == procpool::event_kind::task_started && what.task == attack_) {
            attackers_.insert(what.worker);
            last_pid_ = what.pid;
        }
        if (what.kind == procpool::event_kind::worker_died && attackers_.erase(what.worker) == 0)
            std::abort(); // the task has never been there
    }
    template <class Condition>
    void run_until(Condition condition)
    {
        while (!condition())
            context_.run_one();
    }

    boost::asio::io_context context_;
    std::uint64_t tasks_ = 0;
    std::uint64_t attack_ = 0;
    std::set<std::uint64_t> attackers_;
    pid_t last_pid_ = 0;
    procpool::pool pool_;
    procpool::future<void> innocent_;
};

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    procpool::run_if_worker(); // libFuzzer's main calls this first
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static world pool;
    pool.suffer(script(data, data + size));
    return 0;
}
