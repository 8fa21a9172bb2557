// SPDX-License-Identifier: BSL-1.0
// The sentences that users read when something goes wrong, word by word.
#include "support/processes.hpp"

#include "crash/programs/modules/shared_module.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
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

void no_process_left()
{
    run({.workers = 1, .faults = {{.at = procpool::fault_point::spawn, .error = EAGAIN}}});
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

void exits_with_last_words()
{
    run({.workers = 1,
         .executable = helper_program("never_ready"),
         .worker = {.env = {{"EXIT", "3"}, {"LAST_WORDS", "libz.so.1 is missing"}}}});
}

void never_ready()
{
    run({.workers = 1, .executable = helper_program("never_ready"), .start_timeout = 10ms});
}

void initializer_throws()
{
    run({.workers = 1, .initializer = procpool::task(throw_no_model)});
}

void no_readable_path()
{
    run({.workers = 1, .worker = {.sandbox = {.readable = std::vector<fs::path>{"/nowhere"}}}});
}

void too_little_address_space()
{
    run({.workers = 1, .worker = {.limits = {.address_space = 4096}}});
}

void no_such_cpu()
{
    run({.workers = 1, .worker = {.limits = {.cpus = {0, 8191}}}});
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

void crash_with_an_address()
{
    const auto use_nothing = [] { *reinterpret_cast<volatile int*>(16) = 1; };
    procpool::pool(one_worker()).async_submit({.name = "thumbnail"}, use_nothing).get(60s);
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
    text = std::regex_replace(text, std::regex("has [0-9]+ bytes"), "has K bytes");
    replace_all(text, fs::path(helper_program("")).string(), "HELPERS/");
    replace_all(text, fs::read_symlink("/proc/self/exe").string(), "PROGRAM");
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
    {ROW(no_such_program),
     "no worker could be started for the task: the worker program /nowhere/worker does not exist: "
     "correct pool_options::executable"},
    {ROW(no_process_left),
     "no worker could be started for the task: this program could not be started: posix_spawn: Resource temporarily "
     "unavailable, "
     "because the limit of processes is reached: raise it (ulimit -u, or pids.max of the control group), or use fewer "
     "workers"},
    {ROW(not_executable), "no worker could be started for the task: the worker program DIRECTORY/worker may not be "
                          "executed: check its mode and pool_options::executable"},
    {ROW(no_program_at_all),
     "no worker could be started for the task: the worker program DIRECTORY/worker could not be "
     "started: posix_spawn: Exec format error"},
    {ROW(no_such_directory),
     "no worker could be started for the task: the working directory /nowhere of the workers does not "
     "exist: correct worker_options::cwd"},
    {ROW(exits_at_once), "no worker could be started for the task: worker K (pid N) exited with status 3 before it was "
                         "ready: its program must reach procpool::run_if_worker() in main, and have all its libraries"},
    {ROW(exits_with_last_words),
     "no worker could be started for the task: worker K (pid N) exited with status 3 before it was ready: its program "
     "must reach procpool::run_if_worker() in main, and have all its libraries; its last words: libz.so.1 is missing"},
    {ROW(never_ready),
     "no worker could be started for the task: worker K (pid N) was not ready after 0.01 s and was killed: "
     "its program must call procpool::run_if_worker() first in main; an initializer that needs longer needs a "
     "greater pool_options::start_timeout"},
    {ROW(initializer_throws),
     "no worker could be started for the task: its initializer threw: there is no model in /models"},
    {ROW(no_readable_path), "no worker could be started for the task: the path /nowhere of the sandbox cannot be used: "
                            "No such file or directory; correct sandbox_options::readable or writable"},
    {ROW(too_little_address_space),
     "no worker could be started for the task: procpool::resource_limits::address_space = 4096 cannot be set: the "
     "worker has K bytes already, before its first task"},
    {ROW(no_such_cpu), "no worker could be started for the task: procpool::resource_limits::cpus cannot be set: CPU "
                       "8191 does not exist or must not be used here"},
    {ROW(unknown_task),
     "the worker program has no task named \"thrice\": call procpool::register_task(\"thrice\", ...) "
     "in its main before procpool::run_if_worker()"},
    {ROW(other_signature), "the worker program's task named \"twice\" has other parameter or result types than the "
                           "named_task that was submitted: use the registered function's own"},
    {ROW(not_loaded), "the worker has not loaded PROGRAM, where the task's code lies: link the worker program to it, "
                      "load it in main before procpool::run_if_worker(), or use procpool::named_task"},
    {ROW(another_build), "the worker has loaded another build of HELPERS/shared/libcrash_module.so than the "
                         "program that sent the task: restart the program, or build both from the same source"},
    {ROW(use_after_close),
     "the task was not accepted because the pool is closed: submit before close(), join(), shutdown "
     "or terminate()"},
    {ROW(use_after_move), "a procpool::pool was used after it was moved from"},
    {ROW(get_on_the_loops_thread),
     "procpool::future::get() was called on a thread that runs the pool's loop, which it would block "
     "for ever: use co_await, a callback, or another thread"},
    {ROW(join_on_the_loops_thread),
     "procpool::pool::join() was called on a thread that runs the pool's loop, which it would block "
     "for ever: use co_await, a callback, or another thread"},
    {ROW(too_few_descriptors), "a pool of 64 workers needs 664 file descriptors and this process may have 200: raise "
                               "RLIMIT_NOFILE (ulimit -n) or use fewer workers"},
    {ROW(queue_full), "the task was not accepted because the queue is full: max_pending is 1, max_pending_bytes is "
                      "1000; submit again later, or set pool_options::when_full to wait"},
    {ROW(invalid_option), "procpool::pool_options::workers must be from 1 to 4096"},
    {ROW(runs_too_long), "the task ran longer than its timeout of 0.02 s: worker K (pid N) that ran it is killed and "
                         "replaced"},
    {ROW(crash), "worker K (pid N) was killed by SIGKILL, which its pool did not send, while it ran task 1"},
    {ROW(crash_with_an_address),
     "worker K (pid N) was killed by SIGSEGV at address 0x10 while it ran task 1 (thumbnail)"},
    {ROW(exit_with_three), "worker K (pid N) exited with status 3 while it ran task 1"},
    {ROW(too_large), "the task's result of 1008 bytes is larger than pool_options::max_result_bytes"},
    {ROW(unwritable), "A value of type (anonymous namespace)::refuses_to_be_written could not be turned into bytes: "
                      "not today"},
    {ROW(noise), "worker K (pid N) sent bytes that make no sense while it had the task, and was ended: the task's "
                 "code may have written to descriptor 4 or into the pool's memory"},
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
               "this program made a procpool::pool but has not called procpool::run_if_worker(): call it first in "
               "main, because workers are started from this same program and begin in main too, and make the pool "
               "inside main, because static objects are made before it");
}

BOOST_AUTO_TEST_SUITE_END()
