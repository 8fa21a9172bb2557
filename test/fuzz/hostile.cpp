// SPDX-License-Identifier: BSL-1.0
// Workers that write anything to their pipe and their control page. Each input is a script that a task obeys in a
// worker of a real pool. Then this process must be sound, the other worker untouched, and a probe must answer.
#include "support/hostile.hpp"
#include "os/descriptor_passing.hpp"
#include "os/memory_passing.hpp"
#include "support/lingering_connection.hpp"
#include "wire/output_mark.hpp"
#include "wire/worker_start.hpp"
#include "world.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace procpool::test;
using procpool::fuzz::script;
using procpool::fuzz::steps;
using procpool::wire::memory_descriptor;
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

/// Bytes to a stream that the pool reads lines and marks from.
void print_something(steps& from)
{
    const auto bytes = from.take(from.next<std::uint8_t>());
    if (::write(STDOUT_FILENO, bytes.data(), bytes.size()) < 0)
        ::_exit(1);
}

/// A mark of this worker, or nearly, with a newline inside or without an end.
void print_a_mark(steps& from)
{
    const procpool::wire::output_mark marks(own_page().head.nonce);
    std::string mark = marks.for_task(own_header().id + from.next<std::uint8_t>() % 2);
    const std::size_t at = from.next<std::uint8_t>() % mark.size();
    mark[at] = from.next<char>();
    mark.resize(mark.size() - from.next<std::uint8_t>() % mark.size());
    for (int times = from.next<std::uint8_t>(); times != 0; --times)
        std::fputs(mark.c_str(), stdout);
    std::fflush(stdout);
}

/// A descriptor of some kind, several times, as if it were memory.
void send_something_else(steps& from)
{
    static const lingering_connection connection;
    constexpr const char* fifo = "/tmp/procpool_fuzz_fifo";
    ::mkfifo(fifo, 0600);
    const int sparse = ::memfd_create("sparse", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (::ftruncate(sparse, std::int64_t{1} << (12 + from.next<std::uint8_t>() % 50)) == 0)
        ::fcntl(sparse, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);
    const int opened = ::open(fifo, O_RDWR | O_CLOEXEC);
    ::unlink(fifo);
    const std::array files{sparse, connection.sender.get(), opened, 0, memory_descriptor};
    const int chosen = files.at(from.next<std::uint8_t>() % files.size());
    const std::uint64_t place = from.next<std::uint8_t>() % 40u;
    const std::array<std::uint64_t, 3> note{place + 1, place == 33 ? procpool::os::with_task : place};
    const std::vector copies(from.next<std::uint8_t>() % 4U, chosen);
    for (int times = from.next<std::uint8_t>(); times != 0; --times) {
        if (copies.empty())
            procpool::os::send_note(memory_descriptor, std::as_bytes(std::span(note)));
        else
            procpool::os::send_descriptors(memory_descriptor, copies, std::as_bytes(std::span(note)));
    }
    ::close(sparse);
    ::close(opened);
}

int obey(const script& orders)
{
    for (steps from(orders); !from.empty();) {
        switch (from.next<std::uint8_t>() % 17) {
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
        case 14:
            print_something(from);
            break;
        case 15:
            print_a_mark(from);
            break;
        case 16:
            send_something_else(from);
            break;
        default:
            return 7;
        }
    }
    return 7;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***)
{
    procpool::run_if_worker(); // libFuzzer's main calls this first
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static procpool::fuzz::world pool({}, obey);
    pool.suffer(script(data, data + size));
    return 0;
}
