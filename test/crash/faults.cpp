// SPDX-License-Identifier: BSL-1.0
// Faults that a pool is told to have (pool_options::faults), at each point: one outcome for each task, the right one,
// and the pool goes on.
#include "support/ledger.hpp"
#include "support/pool_on_loop.hpp"
#include "support/processes.hpp"

#include <procpool.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstring>
#include <ostream>
#include <sys/resource.h>
#include <unistd.h>

namespace procpool {

static std::ostream& operator<<(std::ostream& out, const fault& what)
{
    return out << "point " << static_cast<int>(what.at) << ", worker " << what.worker << ", time " << what.nth;
}

} // namespace procpool

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::errc;
using procpool::fault;
using procpool::fault_point;

constexpr std::size_t task_count = 40;

void prepare() {}

/// Tasks that keep a ledger of their runs, on a pool with faults, and what became of them.
struct trial {
    temporary_directory directory;
    std::string file = directory / "ledger";
    ledger runs{file, task_count};
    std::size_t returned = 0;
    std::vector<std::size_t> crashed;
    std::vector<procpool::crash_report> reports;
    procpool::stats stats;

    explicit trial(const fault& what, std::size_t workers = 1)
    {
        procpool::pool pool({.workers = workers, .initializer = procpool::task(prepare), .faults = {what}});
        std::vector<procpool::future<void>> outcomes;
        for (std::size_t i = 0; i != task_count; ++i)
            outcomes.push_back(pool.async_submit(note, file, i));
        for (std::size_t i = 0; i != task_count; ++i)
            take(outcomes[i], i);
        pool.join();
        stats = pool.stats();
    }

    void take(procpool::future<void>& outcome, std::size_t i)
    {
        try {
            outcome.get(60s);
            ++returned;
        } catch (const procpool::worker_crashed& crash) {
            crashed.push_back(i);
            reports.push_back(crash.report());
        }
    }

    std::size_t ran(unsigned times) const
    {
        std::size_t found = 0;
        for (std::size_t i = 0; i != task_count; ++i)
            found += runs.count(i) == times;
        return found;
    }
};

const fault costless[] = {
    {.at = fault_point::in_initializer, .worker = 1}, {.at = fault_point::before_ready, .worker = 1},
    {.at = fault_point::in_task_frame, .worker = 1},  {.at = fault_point::in_task_frame, .worker = 1, .nth = 7},
    {.at = fault_point::before_claim, .worker = 1},   {.at = fault_point::before_claim, .worker = 1, .nth = 7},
    {.at = fault_point::after_answer, .worker = 1},   {.at = fault_point::after_answer, .worker = 1, .nth = 7}};

const fault costly[] = {
    {.at = fault_point::after_claim, .worker = 1},   {.at = fault_point::after_claim, .worker = 1, .nth = 7},
    {.at = fault_point::before_answer, .worker = 1}, {.at = fault_point::before_answer, .worker = 1, .nth = 7},
    {.at = fault_point::in_answer, .worker = 1},     {.at = fault_point::in_answer, .worker = 1, .nth = 7}};

const fault failing_starts[] = {
    {.at = fault_point::spawn, .worker = 1, .error = EAGAIN},
    {.at = fault_point::pidfd_open, .worker = 1},
    {.at = fault_point::memfd_create, .worker = 1},
    {.at = fault_point::pipe2, .worker = 1},
    {.at = fault_point::pipe2, .worker = 1, .nth = 2},
    {.at = fault_point::pipe2, .worker = 1, .nth = 3},
    {.at = fault_point::pipe2, .worker = 1, .nth = 4, .error = 23}, // stderr's
};

fault of_each_worker(fault what)
{
    what.worker = 0;
    return what;
}

int seven()
{
    return 7;
}

template <class R>
boost::system::error_code error_of(procpool::future<R> outcome)
{
    return code_thrown_by([&] { outcome.get(60s); });
}

rlim_t first_free_descriptor()
{
    const int fd = ::dup(STDIN_FILENO);
    ::close(fd);
    return static_cast<rlim_t>(fd);
}

/// So many descriptors may be open while it lives.
class descriptor_limit {
public:
    explicit descriptor_limit(rlim_t limit)
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit tight{limit, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &tight);
    }
    descriptor_limit(const descriptor_limit&) = delete;
    descriptor_limit& operator=(const descriptor_limit&) = delete;
    ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

const char* name_of_call(procpool::fault_point at)
{
    switch (at) {
    case fault_point::spawn:
        return "posix_spawn";
    case fault_point::pidfd_open:
        return "pidfd_open";
    case fault_point::memfd_create:
        return "memfd_create";
    default:
        return "pipe2";
    }
}

/// What a pool says when none of its workers can start.
std::string start_failure(const fault& what)
{
    procpool::pool pool({.workers = 1, .faults = {of_each_worker(what)}});
    try {
        pool.async_submit(seven).get(60s);
    } catch (const boost::system::system_error& error) {
        BOOST_TEST((error.code() == errc::start_failed));
        return error.what();
    }
    return {};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_faults, nothing_left_behind)

BOOST_DATA_TEST_CASE(a_worker_that_dies_while_it_has_no_task_or_has_answered_costs_nobody_anything,
                     boost::unit_test::data::make(costless))
{
    const trial seen(sample);
    BOOST_TEST(seen.returned == task_count);
    BOOST_TEST(seen.ran(1) == task_count);
}

BOOST_DATA_TEST_CASE(a_worker_that_dies_with_a_task_fails_that_task_alone, boost::unit_test::data::make(costly))
{
    const trial seen(sample);
    BOOST_TEST(seen.returned == task_count - 1);
    BOOST_TEST_REQUIRE(seen.crashed.size() == 1u);
    BOOST_TEST(seen.crashed.front() == sample.nth - 1); // one worker takes tasks in order
    BOOST_TEST(seen.reports.front().worker == 1u);
    BOOST_TEST(seen.reports.front().status.signal.value() == SIGKILL);
    const bool had_begun = sample.at != fault_point::after_claim;
    BOOST_TEST(seen.ran(0) == (had_begun ? 0u : 1u));
    BOOST_TEST(seen.ran(1) == task_count - (had_begun ? 0 : 1));
    BOOST_TEST(seen.stats.crashed_workers == 1u);
}

BOOST_DATA_TEST_CASE(among_several_workers_only_the_one_that_is_named_is_concerned,
                     boost::unit_test::data::make(costly))
{
    fault second = sample;
    second.worker = 2;
    second.nth = 1;
    const trial seen(second, 3);
    BOOST_TEST(seen.returned + seen.crashed.size() == task_count);
    BOOST_TEST(seen.crashed.size() <= 1u); // none if the others were faster
    for (const auto& report : seen.reports)
        BOOST_TEST(report.worker == 2u);
}

BOOST_AUTO_TEST_CASE(a_fault_of_each_worker_quarantines_a_task_with_retries)
{
    procpool::pool pool({.workers = 2, .max_kills = 2, .faults = {{.at = fault_point::before_answer}}});
    BOOST_TEST((error_of(pool.async_submit({.retries = 10, .retry_pause = 0ns}, seven)) == errc::quarantined));
}

BOOST_AUTO_TEST_CASE(a_task_with_retries_survives_a_fault)
{
    procpool::pool pool({.workers = 1, .faults = {{.at = fault_point::in_answer, .worker = 1}}});
    BOOST_TEST(pool.async_submit({.retries = 1, .retry_pause = 0ns}, seven).get(60s) == 7);
    BOOST_TEST(pool.stats().retried == 1u);
}

BOOST_AUTO_TEST_CASE(a_truncated_answer_ends_the_worker_with_its_next_one)
{
    procpool::pool pool({.workers = 1, .faults = {{.at = fault_point::truncate_answer, .worker = 1, .nth = 2}}});
    BOOST_TEST(pool.async_submit(seven).get(60s) == 7);
    auto truncated = pool.async_submit(seven);
    auto next = pool.async_submit(seven);
    BOOST_TEST((error_of(std::move(truncated)) == errc::protocol_error));
    BOOST_TEST((error_of(std::move(next)) == errc::protocol_error));
    BOOST_TEST(pool.async_submit(seven).get(60s) == 7);
}

BOOST_AUTO_TEST_CASE(the_caller_of_a_truncated_answer_is_freed_by_its_time_limit)
{
    procpool::pool pool({.workers = 1, .faults = {{.at = fault_point::truncate_answer, .worker = 1}}});
    BOOST_TEST((error_of(pool.async_submit({.timeout = 50ms, .kill_grace = 0ns}, seven)) == errc::timed_out));
    pool.terminate();
}

BOOST_AUTO_TEST_CASE(a_task_whose_answer_is_delayed_still_runs)
{
    procpool::pool pool({.workers = 1, .faults = {{.at = fault_point::delay_answer, .worker = 1, .delay = 24h}}});
    auto late = pool.async_submit({.timeout = 100ms, .kill_grace = 0ns}, seven);
    auto behind = pool.async_submit(seven);
    BOOST_TEST((error_of(std::move(late)) == errc::timed_out));
    BOOST_TEST(behind.get(60s) == 7);
    pool.join();
    BOOST_TEST(pool.stats().killed_workers == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_delayed_a_little_arrives)
{
    procpool::pool pool({.workers = 1, .faults = {{.at = fault_point::delay_answer, .delay = 1ms}}});
    BOOST_TEST(pool.async_submit(seven).get(60s) == 7);
}

BOOST_DATA_TEST_CASE(a_system_call_that_fails_once_costs_one_try, boost::unit_test::data::make(failing_starts))
{
    const trial seen(sample);
    BOOST_TEST(seen.returned == task_count);
    BOOST_TEST(seen.ran(1) == task_count);
    BOOST_TEST(seen.stats.started_workers == 1u);
}

BOOST_DATA_TEST_CASE(a_system_call_that_always_fails_is_the_reason_that_is_told,
                     boost::unit_test::data::make(failing_starts))
{
    const auto sentence = start_failure(sample);
    const std::string call = name_of_call(sample.at);
    const auto named = sentence.find(": " + call);
    BOOST_TEST(named != std::string::npos, sentence);
    BOOST_TEST(sentence.find(std::strerror(sample.error), named) != std::string::npos, sentence);
}

BOOST_AUTO_TEST_CASE(whichever_call_finds_no_descriptor_the_start_fails_and_leaves_nothing_behind)
{
    std::size_t started = 0;
    for (rlim_t room = 0; started == 0; ++room) {
        procpool::pool pool({.workers = 1});
        const descriptor_limit tight(first_free_descriptor() + room);
        const auto error = error_of(pool.async_submit(seven));
        BOOST_TEST((!error || error == errc::start_failed));
        started += !error;
        pool.join();
        BOOST_TEST(!has_children());
    }
}

BOOST_AUTO_TEST_SUITE_END()
