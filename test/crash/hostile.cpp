// SPDX-License-Identifier: BSL-1.0
// Workers that attack the pool through all that they share with it: the pipe of the answers, the control page with the
// states of the tasks, the outbox and the crash record. test/fuzz/hostile.cpp looks for what is not in this list.
#include "support/hostile.hpp"
#include "os/descriptor_passing.hpp"
#include "os/memory_passing.hpp"
#include "support/lingering_connection.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"
#include "wire/worker_start.hpp"

#include <procpool.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <limits>
#include <ostream>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::wire::frame_header;
using procpool::wire::frame_kind;
using procpool::wire::task_state;
using procpool::wire::task_word;

constexpr auto greatest = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t mebibyte = 1024 * 1024;

[[noreturn]] void wait_for_the_kill()
{
    for (;;)
        ::pause();
}

int send_and_wait(const frame_header& header, std::string_view payload = {})
{
    send_frame(header, payload);
    wait_for_the_kill();
}

int claim_exabytes()
{
    auto header = own_header();
    header.size = greatest - 31;
    return send_and_wait(header);
}

int claim_as_much_as_is_allowed_and_send_a_little()
{
    auto header = own_header();
    header.size = mebibyte;
    return send_and_wait(header, "a little");
}

int send_more_than_is_allowed()
{
    auto header = own_header();
    header.size = 64 * mebibyte;
    return send_and_wait(header, std::string(header.size, 'x'));
}

int answer_in_no_slot()
{
    auto header = own_header();
    header.slot = 999;
    return send_and_wait(header);
}

int answer_in_a_free_slot()
{
    auto header = own_header();
    header.slot ^= 200;
    return send_and_wait(header);
}

int answer_a_task_of_another_worker()
{
    auto header = own_header();
    --header.id;
    return send_and_wait(header);
}

int answer_the_next_task()
{
    auto header = own_header();
    ++header.id;
    return send_and_wait(header);
}

int answer_twice()
{
    const std::string_view seven("\7\0\0\0", 4);
    send_frame(own_header(), seven);
    return send_and_wait(own_header(), seven);
}

int be_ready_again()
{
    auto header = own_header();
    header.kind = frame_kind::ready;
    return send_and_wait(header);
}

int refuse_to_start_when_it_runs()
{
    auto header = own_header();
    header.kind = frame_kind::start_failed;
    return send_and_wait(header, "nonsense");
}

int send_a_task_to_the_parent()
{
    auto header = own_header();
    header.kind = frame_kind::task;
    return send_and_wait(header, "a call");
}

int throw_what_cannot_be_decoded()
{
    auto header = own_header();
    header.kind = frame_kind::exception;
    header.size = 4096;
    return send_and_wait(header, std::string(header.size, '\xff'));
}

int return_less_than_its_type_has()
{
    return send_and_wait(own_header());
}

int write_noise_without_end()
{
    const std::vector<std::byte> noise(mebibyte, std::byte{0xee});
    for (;;)
        send_bytes(noise);
}

int write_ones_without_end()
{
    auto header = own_header();
    header.size = 0;
    for (;;)
        send_frame(header);
}

int say_finished_and_answer_nothing()
{
    own_page().slots[own_slot()].word = task_word{own_header().id, task_state::finished}.pack();
    wait_for_the_kill();
}

int say_queued_while_it_runs()
{
    own_page().slots[own_slot()].word = task_word{own_header().id, task_state::queued}.pack();
    wait_for_the_kill();
}

int say_queued_and_leave()
{
    own_page().slots[own_slot()].word = task_word{own_header().id, task_state::queued}.pack();
    ::_exit(0);
}

int say_revoked_and_answer()
{
    own_page().slots[own_slot()].word = task_word{own_header().id, task_state::revoked}.pack();
    return 7;
}

int fill_the_words(std::uint64_t value)
{
    for (auto& slot : own_page().slots) {
        slot.word = value;
        slot.started_ns = value;
        slot.deadline_ns = value;
        slot.stop = value;
    }
    wait_for_the_kill();
}

int fill_the_page(int value)
{
    std::memset(static_cast<void*>(&own_page()), value, sizeof(own_page()));
    wait_for_the_kill();
}

int start_in_the_future()
{
    own_page().slots[own_slot()].started_ns = greatest / 4;
    wait_for_the_kill();
}

int start_before_all_time()
{
    own_page().slots[own_slot()].started_ns = 0;
    wait_for_the_kill();
}

int set_the_outbox(std::uint64_t begin, std::uint64_t end, int content)
{
    auto& outbox = own_page().answers;
    outbox.bytes.fill(std::byte(content));
    outbox.begin = begin;
    outbox.end = end;
    ::raise(SIGKILL);
    return 0;
}

int leave_a_crash_that_makes_no_sense(int value)
{
    std::memset(static_cast<void*>(&own_page().crash), value, sizeof(own_page().crash));
    own_page().crash.signal = SIGKILL;
    ::raise(SIGKILL);
    return 0;
}

int close_everything()
{
    for (int fd = 0; fd != 8; ++fd)
        ::close(fd);
    wait_for_the_kill();
}

int show_what_was_not_sent()
{
    send_shown(own_header(), {.memory = 1, .size = mebibyte});
    wait_for_the_kill();
}

int show_in_no_place()
{
    send_memory(make_memory(mebibyte, true), 1, 99);
    send_shown(own_header(), {.memory = 1, .place = 99, .size = mebibyte});
    wait_for_the_kill();
}

int show_what_is_no_memory()
{
    send_memory(3, 1, 0);
    send_shown(own_header(), {.memory = 1, .size = mebibyte});
    wait_for_the_kill();
}

int show_and_truncate()
{
    const int memory = make_memory(mebibyte, false);
    send_memory(memory, 1, 0);
    send_shown(own_header(), {.memory = 1, .size = mebibyte});
    if (::ftruncate(memory, 0) == 0)
        wait_for_the_kill();
    return 0;
}

int show(bool is_exception, std::uint64_t offset, std::uint64_t size)
{
    auto header = own_header();
    if (is_exception)
        header.kind = frame_kind::exception;
    send_memory(make_memory(mebibyte, true), 1, 0);
    send_shown(header, {.memory = 1, .offset = offset, .size = size});
    wait_for_the_kill();
}

int return_what_was_not_shown()
{
    send_shown(own_header(), {.memory = 1, .size = mebibyte}, procpool::wire::payload_place::returned);
    wait_for_the_kill();
}

int show_without_end()
{
    for (std::uint64_t number = 1;; ++number) {
        const int memory = make_memory(mebibyte, true);
        send_memory(memory, number, number % 32);
        ::close(memory);
        if (number == 10'000)
            send_shown(own_header(), {.memory = greatest, .size = mebibyte});
    }
}

/// One is looked for; what comes after it waits in the socket when the worker has ended.
int show_sockets_that_linger()
{
    {
        const lingering_connection looked_for;
        const lingering_connection waiting;
        for (const auto* each : {&looked_for.sender, &waiting.sender, &waiting.receiver, &looked_for.receiver})
            send_memory(each->get(), 1, 0);
    }
    send_shown(own_header(), {.memory = 1, .size = mebibyte});
    wait_for_the_kill();
}

int send_a_descriptor_that_is_no_memory()
{
    send_memory(0, 1, 0);
    wait_for_the_kill();
}

int send_nothing()
{
    if (::send(procpool::wire::memory_descriptor, nullptr, 0, 0) != 0)
        return errno;
    wait_for_the_kill();
}

int send_descriptors_with_a_task()
{
    send_memory(make_memory(mebibyte, true), 1, procpool::os::with_task);
    wait_for_the_kill();
}

/// As the allowance of a user would be used up. Waits for room in the socket.
int send_memory_and_use_none(int times)
{
    const int memory = make_memory(mebibyte, true);
    for (int sent = 0; sent != times;) {
        pollfd room{procpool::wire::memory_descriptor, POLLOUT, 0};
        ::poll(&room, 1, -1);
        const std::array<std::uint64_t, 3> note{static_cast<std::uint64_t>(sent) + 1, 31};
        sent += procpool::os::send_descriptors(procpool::wire::memory_descriptor, std::array{memory},
                                               std::as_bytes(std::span(note)));
    }
    return times;
}

struct attack {
    const char* name;
    procpool::task<int> task;
};

std::ostream& operator<<(std::ostream& out, const attack& shown)
{
    return out << shown.name;
}

const std::vector<attack>& attacks()
{
    using procpool::task;
    static const std::vector<attack> all{
        {"claims exabytes", task(claim_exabytes)},
        {"claims much, sends little", task(claim_as_much_as_is_allowed_and_send_a_little)},
        {"sends too much", task(send_more_than_is_allowed)},
        {"answers in no slot", task(answer_in_no_slot)},
        {"answers in a free slot", task(answer_in_a_free_slot)},
        {"answers for another", task(answer_a_task_of_another_worker)},
        {"answers the next task", task(answer_the_next_task)},
        {"answers twice", task(answer_twice)},
        {"is ready again", task(be_ready_again)},
        {"refuses too late", task(refuse_to_start_when_it_runs)},
        {"sends a task", task(send_a_task_to_the_parent)},
        {"throws noise", task(throw_what_cannot_be_decoded)},
        {"returns too little", task(return_less_than_its_type_has)},
        {"noise without end", task(write_noise_without_end)},
        {"answers without end", task(write_ones_without_end)},
        {"says finished", task(say_finished_and_answer_nothing)},
        {"says queued", task(say_queued_while_it_runs)},
        {"says queued and leaves", task(say_queued_and_leave)},
        {"says revoked", task(say_revoked_and_answer)},
        {"words of zeros", task(fill_the_words, std::uint64_t{0})},
        {"words of ones", task(fill_the_words, greatest)},
        {"a page of zeros", task(fill_the_page, 0)},
        {"a page of ones", task(fill_the_page, 0xff)},
        {"starts in the future", task(start_in_the_future)},
        {"starts before all time", task(start_before_all_time)},
        {"an outbox without end", task(set_the_outbox, std::uint64_t{0}, greatest, 0xff)},
        {"an outbox beyond its bytes", task(set_the_outbox, std::uint64_t{0}, std::uint64_t{mebibyte}, 0)},
        {"an outbox before its begin", task(set_the_outbox, greatest, std::uint64_t{0}, 0xff)},
        {"an outbox of noise", task(set_the_outbox, std::uint64_t{0}, std::uint64_t{24 * 1024}, 0xff)},
        {"an outbox of zeros", task(set_the_outbox, std::uint64_t{0}, std::uint64_t{24 * 1024}, 0)},
        {"a crash of ones", task(leave_a_crash_that_makes_no_sense, 0xff)},
        {"a crash of letters", task(leave_a_crash_that_makes_no_sense, 'x')},
        {"shows what was not sent", task(show_what_was_not_sent)},
        {"shows in no place", task(show_in_no_place)},
        {"shows no memory", task(show_what_is_no_memory)},
        {"shows and truncates", task(show_and_truncate)},
        {"shows an exception", task(show, true, std::uint64_t{0}, std::uint64_t{mebibyte})},
        {"shows beyond the end", task(show, false, std::uint64_t{mebibyte - 8}, std::uint64_t{mebibyte})},
        {"shows exabytes", task(show, false, std::uint64_t{8}, greatest - 7)},
        {"shows a few bytes", task(show, false, std::uint64_t{0}, std::uint64_t{40})},
        {"shows at an odd place", task(show, false, std::uint64_t{3}, std::uint64_t{mebibyte / 2})},
        {"returns what was not shown", task(return_what_was_not_shown)},
        {"shows without end", task(show_without_end)},
        {"sockets that linger", task(show_sockets_that_linger)},
        {"closes everything", task(close_everything)},
    };
    return all;
}

int own_pid()
{
    return ::getpid();
}

std::size_t resident_kib()
{
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(::getpagesize()) / 1024;
}

/// A second worker with a task of its own, which must come through all that happens to the first one.
struct innocent {
    mailbox started;
    mailbox answer;
    procpool::future<int> outcome;
    int pid;

    explicit innocent(procpool::pool& pool)
        : outcome(pool.async_submit(hold, started.path(), answer.path())),
          pid(started.receive())
    {
    }
    static int hold(const std::string& started_path, const std::string& answer_path)
    {
        tell(started_path, ::getpid());
        return hear(answer_path) + ::getpid();
    }
    void check()
    {
        BOOST_TEST(!outcome.ready());
        tell(answer.path(), 1'000'000);
        BOOST_TEST(outcome.get(60s) == pid + 1'000'000);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_hostile, nothing_left_behind)

BOOST_DATA_TEST_CASE(an_attack_ends_with_its_worker_and_harms_nobody_else, boost::unit_test::data::make(attacks()))
{
    procpool::pool pool({.workers = 2, .max_result_bytes = mebibyte});
    innocent other(pool);
    const auto before = resident_kib();
    auto attacked = pool.async_submit({.timeout = 200ms, .kill_grace = 0ns}, sample.task);
    try {
        attacked.get(60s); // whatever the outcome is, there is one
    } catch (const std::exception& outcome) {
        BOOST_TEST_MESSAGE(outcome.what());
    }
    // A worker that reads no more is found by the time limit of the next task that it gets.
    const int probe = pool.async_submit({.timeout = 1s, .retries = 3, .retry_pause = 0ns}, own_pid).get(60s);
    BOOST_TEST(probe > 0);
    other.check();
    BOOST_TEST(resident_kib() < before + 64 * 1024);
    pool.terminate();
}

BOOST_AUTO_TEST_CASE(a_task_that_denies_that_it_began_is_ended_alone)
{
    procpool::pool pool({.workers = 1});
    auto attacking = pool.async_submit(say_queued_and_leave);
    std::vector<procpool::future<int>> others;
    for (int number = 0; number != 10; ++number)
        others.push_back(pool.async_submit(own_pid));
    for (auto& each : others)
        BOOST_TEST(each.get(60s) > 0);
    BOOST_CHECK_EXCEPTION(attacking.get(60s), boost::system::system_error,
                          [](const auto& thrown) { return thrown.code() == procpool::errc::quarantined; });
}

/// As much of it as comes through, while a frame that claims much comes byte by byte.
int print_while_an_answer_begins(const std::string& told)
{
    auto header = own_header();
    header.size = mebibyte / 2;
    send_bytes(std::as_bytes(std::span(&header, 1)));
    std::thread([] {
        std::string line(1024, 'x');
        line.back() = '\n';
        while (::write(STDOUT_FILENO, line.data(), line.size()) > 0) {
        }
    }).detach();
    for (int sent = 0; sent != 1000; ++sent) {
        send_bytes(std::as_bytes(std::span("x", 1)));
        std::this_thread::sleep_for(2ms);
    }
    tell(told, 1);
    wait_for_the_kill();
}

BOOST_AUTO_TEST_CASE(what_it_prints_is_not_read_for_each_byte_of_an_answer)
{
    const mailbox told;
    std::atomic<bool> is_over = false;
    boost::asio::io_context context;
    procpool::pool pool(context, {.workers = 1,
                                  .worker = {.stdout_to = procpool::output::capture,
                                             .on_output =
                                                 [&](const procpool::output_line&) {
                                                     if (!is_over)
                                                         std::this_thread::sleep_for(50ms);
                                                 }},
                                  .max_result_bytes = mebibyte});
    auto attacking = pool.async_submit(print_while_an_answer_begins, told.path());
    std::vector<std::jthread> loops;
    for (int i = 0; i != 2; ++i)
        loops.emplace_back([&] { context.run(); });
    const auto before = resident_kib();
    told.receive();
    BOOST_TEST(resident_kib() < before + 24 * 1024);
    is_over = true;
    pool.terminate();
}

BOOST_AUTO_TEST_CASE(who_sends_anything_but_memory_is_ended_before_it_answers)
{
    procpool::pool pool({.workers = 1});
    for (const auto& sent : {procpool::task<int>(send_a_descriptor_that_is_no_memory),
                             procpool::task<int>(send_nothing), procpool::task<int>(send_descriptors_with_a_task)})
        BOOST_CHECK_EXCEPTION(pool.async_submit(sent).get(60s), boost::system::system_error,
                              [](const auto& thrown) { return thrown.code() == procpool::errc::protocol_error; });
}

BOOST_AUTO_TEST_CASE(memory_that_is_sent_and_not_used_does_not_stay_in_flight)
{
    procpool::pool pool({.workers = 1});
    constexpr int many = 5000; // a socket holds some hundred
    BOOST_TEST(pool.async_submit(send_memory_and_use_none, many).get(60s) == many);
    BOOST_TEST(pool.async_submit(own_pid).get(60s) > 0);
}

BOOST_AUTO_TEST_SUITE_END()
