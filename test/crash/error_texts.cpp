// SPDX-License-Identifier: BSL-1.0
// The sentences that users read when something goes wrong, word by word.
#include "support/processes.hpp"

#include "crash/programs/modules/shared_module.hpp"

#include <procpool.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <fstream>
#include <regex>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

int seven()
{
    return 7;
}

void never_end()
{
    for (;;)
        ::pause();
}

void throw_no_model()
{
    throw std::runtime_error("there is no model in /models");
}

struct refuses_to_be_written {
    template <class Archive>
    void save(Archive&) const
    {
        throw std::logic_error("not today");
    }
    template <class Archive>
    void load(Archive&)
    {
    }
};

procpool::pool_options one_worker(const std::string& executable = {})
{
    return {.workers = 1, .executable = executable};
}

template <class R = int>
R run(procpool::pool_options options, const procpool::task<R>& task = procpool::task(seven))
{
    return procpool::pool(std::move(options)).async_submit(task).get(60s);
}

void no_such_program()
{
    run(one_worker("/nowhere/worker"));
}

void not_executable()
{
    const temporary_directory directory;
    std::ofstream(directory / "worker") << "no program";
    run(one_worker(directory / "worker"));
}

void no_program_at_all()
{
    const temporary_directory directory;
    std::ofstream(directory / "worker") << "no program";
    fs::permissions(directory / "worker", fs::perms::owner_all);
    run(one_worker(directory / "worker"));
}

void no_such_directory()
{
    run({.workers = 1, .worker = {.cwd = "/nowhere"}});
}

void exits_at_once()
{
    run({.workers = 1, .executable = helper_program("never_ready"), .worker = {.env = {{"EXIT", "3"}}}});
}

void never_ready()
{
    run({.workers = 1, .executable = helper_program("never_ready"), .start_timeout = 10ms});
}

void initializer_throws()
{
    run({.workers = 1, .initializer = procpool::task(throw_no_model)});
}

void unknown_task()
{
    run(one_worker(helper_program("named_tasks")), procpool::task(procpool::named_task<int(int)>("thrice"), 1));
}

void other_signature()
{
    run(one_worker(helper_program("named_tasks")), procpool::task(procpool::named_task<int(long)>("twice"), 1L));
}

void not_loaded()
{
    run(one_worker(helper_program("named_tasks")));
}

// As when a library is upgraded on disk while its host runs.
void another_build()
{
    const std::string rebuilt = fs::path(helper_program("rebuilt")).string();
    run<std::string>({.workers = 1, .worker = {.env = {{"LD_LIBRARY_PATH", rebuilt}}}},
                     procpool::task(shared_module::who_am_i));
}

void use_after_close()
{
    procpool::pool pool(one_worker());
    pool.close();
    pool.async_submit(seven).get(60s);
}

void use_after_move()
{
    procpool::pool pool(one_worker());
    const procpool::pool other = std::move(pool);
    pool.async_submit(seven); // NOLINT: on purpose
}

void get_on_the_loops_thread()
{
    boost::asio::io_context context;
    procpool::pool pool(context, one_worker());
    auto outcome = pool.async_submit(seven);
    auto asked = boost::asio::post(context, boost::asio::use_future([&] { outcome.get(); }));
    while (asked.wait_for(0s) != std::future_status::ready)
        context.run_one();
    asked.get();
}

void join_on_the_loops_thread()
{
    boost::asio::io_context context;
    procpool::pool pool(context, one_worker());
    auto asked = boost::asio::post(context, boost::asio::use_future([&] { pool.join(); }));
    context.run();
    asked.get();
}

void too_few_descriptors()
{
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit lower{200, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &lower);
    std::exception_ptr thrown;
    try {
        procpool::pool({.workers = 64});
    } catch (...) {
        thrown = std::current_exception();
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    if (thrown)
        std::rethrow_exception(thrown);
}

void queue_full()
{
    procpool::pool pool({.workers = 1, .max_pending = 1, .max_pending_bytes = 1000});
    pool.async_submit(never_end);
    pool.async_submit(seven).get(60s);
}

void invalid_option()
{
    procpool::pool({.workers = 0});
}

void runs_too_long()
{
    procpool::pool(one_worker()).async_submit({.timeout = 20ms}, never_end).get(60s);
}

void crash()
{
    run<void>(one_worker(), procpool::task([] { ::raise(SIGKILL); }));
}

void exit_with_three()
{
    run<void>(one_worker(), procpool::task([] { ::_exit(3); }));
}

void too_large()
{
    run<std::string>({.workers = 1, .max_result_bytes = 100}, procpool::task([] { return std::string(1000, 'x'); }));
}

void noise()
{
    run<void>(one_worker(), procpool::task([] {
        const std::string bytes(4096, '\xee');
        if (::write(4, bytes.data(), bytes.size()) > 0)
            never_end();
    }));
}

void unwritable()
{
    run<refuses_to_be_written>(one_worker(), procpool::task([] { return refuses_to_be_written(); }));
}

void replace_all(std::string& text, const std::string& part, const char* by)
{
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part))
        text.replace(at, part.size(), by);
}

/// The sentence, without what differs from run to run and from machine to machine.
std::string general(std::string text)
{
    text = std::regex_replace(text, std::regex("pid [0-9]+"), "pid N");
    text = std::regex_replace(text, std::regex("worker [0-9]+ "), "worker K ");
    replace_all(text, fs::read_symlink("/proc/self/exe").string(), "PROGRAM");
    replace_all(text, fs::path(helper_program("")).string(), "HELPERS/");
    return std::regex_replace(text, std::regex("/tmp/procpool-[A-Za-z0-9]+"), "DIRECTORY");
}

std::string sentence_of(void (*fail)())
{
    try {
        fail();
    } catch (const std::exception& error) {
        return general(error.what());
    }
    return "no error at all";
}

struct row {
    const char* name;
    void (*fail)();
    const char* sentence;
};

std::ostream& operator<<(std::ostream& to, const row& each)
{
    return to << each.name;
}

#define ROW(fail) #fail, fail

const row rows[] = {
    {ROW(no_such_program), ""},
    {ROW(not_executable), ""},
    {ROW(no_program_at_all), ""},
    {ROW(no_such_directory), ""},
    {ROW(exits_at_once), ""},
    {ROW(never_ready), ""},
    {ROW(initializer_throws), ""},
    {ROW(unknown_task), ""},
    {ROW(other_signature), ""},
    {ROW(not_loaded), ""},
    {ROW(another_build), ""},
    {ROW(use_after_close), ""},
    {ROW(use_after_move), ""},
    {ROW(get_on_the_loops_thread), ""},
    {ROW(join_on_the_loops_thread), ""},
    {ROW(too_few_descriptors), ""},
    {ROW(queue_full), ""},
    {ROW(invalid_option), ""},
    {ROW(runs_too_long), ""},
    {ROW(crash), ""},
    {ROW(exit_with_three), ""},
    {ROW(too_large), ""},
    {ROW(unwritable), ""},
    {ROW(noise), ""},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_error_texts, nothing_left_behind)

BOOST_DATA_TEST_CASE(an_error_says_what_happened_to_what_and_what_to_do, rows)
{
    BOOST_TEST(sentence_of(sample.fail) == sample.sentence);
}

BOOST_AUTO_TEST_CASE(a_program_that_forgot_run_if_worker_is_told_so_and_starts_nothing)
{
    BOOST_TEST(output_of(helper_program("forgetful")) ==
               "this program made a procpool::pool but has not called procpool::run_if_worker(): call it first in main, because "
               "workers are started from this same program and begin in main too");
}

BOOST_AUTO_TEST_SUITE_END()
