// SPDX-License-Identifier: BSL-1.0
// Starting many workers from a busy host, and a few from a large one.
#include "support/left_behind.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <sys/mman.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr int launches = is_sanitized ? 60 : 1'500;

/// Counts in memory that copies of this process would share.
struct copies {
    pid_t original = ::getpid();
    std::atomic<int>* seen = static_cast<std::atomic<int>*>(
        ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    copies() = default;
    copies(const copies&) = delete;
    copies& operator=(const copies&) = delete;
    ~copies() { ::munmap(seen, sizeof(*seen)); }
    void look() const { *seen += ::getpid() != original; }
};

/// Bytes that go to and fro between two sockets, a timer for each round.
class churn {
public:
    churn(asio::io_context& context, const copies& others)
        : near_(context),
          far_(context),
          timer_(context),
          others_(others)
    {
        asio::local::connect_pair(near_, far_);
        round();
    }

private:
    void round()
    {
        others_.look();
        timer_.expires_after(100us);
        timer_.async_wait([this](boost::system::error_code) {
            asio::async_write(near_, asio::buffer(out_), [this](boost::system::error_code, std::size_t) {
                asio::async_read(far_, asio::buffer(in_), [this](boost::system::error_code error, std::size_t) {
                    if (!error)
                        round();
                });
            });
        });
    }

    asio::local::stream_protocol::socket near_;
    asio::local::stream_protocol::socket far_;
    asio::steady_timer timer_;
    const copies& others_;
    std::array<char, 512> out_{};
    std::array<char, 512> in_{};
};

int own_pid()
{
    return ::getpid();
}

long minor_faults()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_launches, nothing_left_behind)

BOOST_AUTO_TEST_CASE(many_workers_are_started_while_sockets_and_timers_are_busy_in_several_threads)
{
    const copies others;
    asio::io_context context;
    auto work = asio::make_work_guard(context);
    std::array<std::optional<churn>, 16> busy;
    for (auto& each : busy)
        asio::post(context, [&] { each.emplace(context, others); });
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i)
        threads.emplace_back([&] { context.run(); });
    {
        procpool::pool pool(context, {.workers = 4, .max_tasks_per_worker = 1});
        std::vector<procpool::future<int>> pids;
        for (int i = 0; i != launches; ++i)
            pids.push_back(pool.async_submit(own_pid));
        for (auto& each : pids)
            BOOST_TEST(each.get() > 0);
        pool.join();
        BOOST_TEST(pool.stats().started_workers >= static_cast<std::size_t>(launches));
        BOOST_TEST(pool.stats().crashed_workers == 0u);
    }
    context.stop();
    for (auto& each : threads)
        each.join();
    BOOST_TEST(*others.seen == 0); // nothing of this program ever ran in another process
}

// fork(2) would mark each page of this process read-only, to copy it at the next write: a fault for each, and page
// tables copied, which takes tens of milliseconds for each gigabyte.
BOOST_AUTO_TEST_CASE(a_large_host_is_not_copied_to_start_a_worker)
{
    constexpr std::size_t pages = 20'000;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto* const memory = static_cast<volatile char*>(
        ::mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ::madvise(const_cast<char*>(memory), pages * page, MADV_NOHUGEPAGE);
    const auto write_all = [&] {
        const long before = minor_faults();
        for (std::size_t i = 0; i != pages; ++i)
            memory[i * page] = 1;
        return minor_faults() - before;
    };
    BOOST_TEST(write_all() >= static_cast<long>(pages)); // they are there now
    {
        procpool::pool pool({.workers = 1});
        BOOST_TEST(pool.async_submit(own_pid).get() > 0);
        BOOST_TEST(write_all() < static_cast<long>(pages) / 10);
    }
    ::munmap(const_cast<char*>(memory), pages * page);
}

BOOST_AUTO_TEST_SUITE_END()
