// SPDX-License-Identifier: BSL-1.0
// own executable
// A program that was started as a worker is a worker, or ends; the host's main never runs in it.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;

/// The program `stranger`, started by a pool that makes this trouble to it.
struct troubled_pool {
    explicit troubled_pool(const std::string& trouble)
        : pool({.workers = 1,
                .executable = helper_program("stranger"),
                .worker = {.env = {{"TROUBLE", trouble}, {"MAILBOX", told.path()}},
                           .stderr_to = procpool::output::capture,
                           .on_output = [this](const procpool::output_line& line) { said = line.text; }}})
    {
    }

    /// What the caller of a task is told.
    std::string failure()
    {
        try {
            pool.async_submit(procpool::named_task<int()>("anything")).get();
        } catch (const boost::system::system_error& error) {
            BOOST_TEST((error.code() == procpool::errc::start_failed));
            return error.what();
        }
        return "none";
    }

    mailbox told;
    std::string said; // on stderr
    procpool::pool pool;
};

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

uid_t effective_user()
{
    return ::geteuid();
}

/// A pool of a user who has no rights, whose workers are a program with more rights. Returns what becomes of a task.
std::string ask_as_nobody(const fs::path& program)
{
    procpool::pool pool({.workers = 1, .executable = program.string()});
    try {
        return "it ran as user " + std::to_string(pool.async_submit(effective_user).get());
    } catch (const boost::system::system_error& error) {
        return error.what();
    }
}

/// Calls body as another user in a copy of this process, and returns what it returns.
template <class Body>
std::string as_nobody(Body body)
{
    int ends[2];
    BOOST_TEST_REQUIRE(::pipe(ends) == 0);
    const pid_t copy = ::fork();
    if (copy == 0) {
        ::alarm(60);
        const bool is_nobody = ::setresgid(nobody, nobody, nobody) == 0 && ::setresuid(nobody, nobody, nobody) == 0;
        const std::string text = is_nobody ? body() : "cannot become nobody";
        ::_exit(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string text(4096, '\0');
    ssize_t size = 0;
    while (size >= 0) {
        const ssize_t count = ::read(ends[0], text.data() + size, text.size() - static_cast<std::size_t>(size));
        if (count <= 0)
            break;
        size += count;
    }
    ::close(ends[0]);
    ::waitpid(copy, nullptr, 0);
    text.resize(static_cast<std::size_t>(size));
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_identity, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_worker_whose_descriptors_were_closed_says_so_and_ends)
{
    for (const char* trouble : {"all closed", "one closed", "another file"}) {
        troubled_pool troubled(trouble);
        const std::string failure = troubled.failure();
        BOOST_TEST(contains(failure, "call procpool::run_if_worker() in main before anything closes"), failure);
        BOOST_TEST(troubled.told.is_empty(), trouble);
    }
}

BOOST_AUTO_TEST_CASE(a_worker_of_another_version_ends_and_its_error_names_both)
{
    troubled_pool of_other("other worker");
    const std::string failure = of_other.failure();
    BOOST_TEST(contains(failure, "uses version 77 of procpool's channel and this program uses version "), failure);
    BOOST_TEST(of_other.told.is_empty());

    troubled_pool of_this("other parent");
    BOOST_TEST(contains(of_this.failure(), "was replaced by another version"));
    of_this.pool.join(); // all that it says is here then
    BOOST_TEST(contains(of_this.said, "that program uses version 77 of procpool's channel and this one uses version "),
               of_this.said);
    BOOST_TEST(of_this.told.is_empty());
}

BOOST_AUTO_TEST_CASE(a_program_with_a_stray_variable_is_no_worker)
{
    const mailbox told;
    procpool::pool pool({.workers = 1});
    const std::string program = "MAILBOX=" + told.path() + " " + helper_program("stranger") + " 2>&1";
    for (const char* variable : {"", "PROCPOOL_WORKER=1 ", "PROCPOOL_WORKER=1:1 ",
                                 "PROCPOOL_WORKER=1: ", "PROCPOOL_WORKER=x:$PPID ", "PROCPOOL_WORKER=1:0 "}) {
        BOOST_TEST(pool.async_submit(output_of, variable + program).get() == "", variable);
        BOOST_TEST(told.receive() > 0);
    }
}

BOOST_AUTO_TEST_CASE(a_program_with_more_rights_than_its_caller_does_not_believe_the_variable)
{
    if (::geteuid() != 0)
        return skip("only root can make a program set-user-ID");
    const temporary_directory directory;
    fs::permissions(directory.path(), fs::perms::all);
    const fs::path program = directory / "privileged";
    fs::copy_file("/proc/self/exe", program);
    const std::string ordinary = as_nobody([&] { return ask_as_nobody(program); });
    if (ordinary != "it ran as user 65534")
        return skip("another user cannot start this program: " + ordinary);
    BOOST_TEST_REQUIRE(::chmod(program.c_str(), 04755) == 0);
    const std::string failure = as_nobody([&] { return ask_as_nobody(program); });
    BOOST_TEST(contains(failure, "it has more rights than its caller"), failure);
}

BOOST_AUTO_TEST_SUITE_END()
