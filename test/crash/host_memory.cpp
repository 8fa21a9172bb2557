// SPDX-License-Identifier: BSL-1.0
// Answers for which this process has no memory.
#include "support/pool_on_loop.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;

constexpr std::size_t too_much = 200'000'000;

std::string text_of(std::size_t size)
{
    return std::string(size, 'x');
}

/// While it lives this process can have little memory beyond what it has.
class little_memory {
public:
    little_memory()
    {
        ::getrlimit(RLIMIT_AS, &before_);
        std::uint64_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const rlimit tight{pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + too_much / 2,
                           before_.rlim_max};
        ::setrlimit(RLIMIT_AS, &tight);
    }
    little_memory(const little_memory&) = delete;
    little_memory& operator=(const little_memory&) = delete;
    ~little_memory() { ::setrlimit(RLIMIT_AS, &before_); }

private:
    rlimit before_{};
};

/// Through the pipe: workers can make no memory to show a result in.
constexpr procpool::resource_limits piped{.file_size = 4096};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_host_memory, nothing_left_behind)

BOOST_DATA_TEST_CASE(a_result_that_does_not_fit_fails_its_task_alone_on_a_loop,
                     boost::unit_test::data::make({true, false}), through_pipe)
{
    if (is_sanitized)
        return skip("a sanitizer's shadow memory fills any address space");
    boost::asio::io_context context;
    procpool::pool pool(context,
                        {.workers = 1, .worker = {.limits = through_pipe ? piped : procpool::resource_limits()}});
    auto small = pool.async_submit(text_of, 10u);
    while (!small.ready())
        context.run_one();
    std::optional<little_memory> tight(std::in_place);
    auto large = pool.async_submit(text_of, too_much);
    while (!large.ready())
        context.run_one();
    tight.reset();
    BOOST_TEST((code_thrown_by([&] { large.get(); }) == boost::system::errc::not_enough_memory));
    auto next = pool.async_submit(text_of, 10u);
    pool.close();
    context.restart(); // there was nothing to do when the worker had ended
    context.run();
    BOOST_TEST(next.get().size() == 10u);
}

BOOST_DATA_TEST_CASE(and_on_a_thread_of_the_pools_own, boost::unit_test::data::make({true, false}), through_pipe)
{
    if (is_sanitized)
        return skip("a sanitizer's shadow memory fills any address space");
    procpool::pool pool({.workers = 1, .worker = {.limits = through_pipe ? piped : procpool::resource_limits()}});
    pool.async_submit(text_of, 10u).get(60s);
    std::optional<little_memory> tight(std::in_place);
    auto large = pool.async_submit(text_of, too_much);
    BOOST_TEST((code_thrown_by([&] { large.get(60s); }) == boost::system::errc::not_enough_memory));
    tight.reset();
    BOOST_TEST(pool.async_submit(text_of, 10u).get(60s).size() == 10u);
}

BOOST_AUTO_TEST_SUITE_END()
