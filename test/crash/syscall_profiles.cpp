// SPDX-License-Identifier: BSL-1.0
// Tasks under sandbox_options::syscalls: what they must not do, and what they still can.
#include "crash/forbidden.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <locale>
#include <random>
#include <sstream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace procpool::test;
using namespace std::chrono_literals;
using procpool::syscall_profile;

procpool::pool_options under(syscall_profile profile)
{
    return {.workers = 1, .worker = {.sandbox = {.syscalls = profile}}};
}

int seven()
{
    return 7;
}

/// Whether this build of the library and this kernel have what is tested here; any other failure is one of the test.
bool have_profiles()
{
    try {
        procpool::pool(under(syscall_profile::compute)).async_submit(seven).get();
        return true;
    } catch (const boost::system::system_error& error) {
        if (std::string(error.what()).find("system calls cannot be filtered") == std::string::npos)
            throw;
        skip(error.what());
        return false;
    }
}

void throw_nested()
{
    try {
        throw std::out_of_range("inner");
    } catch (...) {
        std::throw_with_nested(std::runtime_error("outer"));
    }
}

int use_threads()
{
    std::atomic<int> sum = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i != 10; ++i)
        threads.emplace_back([&sum, i] { sum += i; });
    for (auto& thread : threads)
        thread.join();
    return sum;
}

std::size_t use_memory()
{
    return std::vector<char>(100'000'000, 'x').size();
}

std::string print_and_format()
{
    std::printf("printed by a task\n");
    std::fflush(stdout);
    std::cerr << "told by a task, with " << 0.5 << std::endl;
    const std::time_t moment = 0;
    std::tm local{};
    ::localtime_r(&moment, &local);
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::put_time(&local, "%Y") << ' ' << std::hex << 255 << ' ' << std::setprecision(3) << 0.125;
    return text.str();
}

/// The hour of the time zone, and the user's locale.
std::string place()
{
    const std::time_t moment = 0;
    std::tm local{};
    ::localtime_r(&moment, &local);
    return std::to_string(local.tm_hour) + ' ' + std::locale("").name();
}

bool use_time_and_chance()
{
    std::this_thread::sleep_for(1ms);
    return std::random_device()() != std::random_device()() && std::time(nullptr) > 0;
}

bool ask_for_a_stop_token()
{
    return procpool::this_task::stop_token().stop_possible();
}

std::string first_line(const std::string& file)
{
    std::string line;
    std::ifstream stream(file);
    std::getline(stream, line);
    return line;
}

std::ifstream& opened_before()
{
    static std::ifstream file;
    return file;
}

int go_deeper(int depth)
{
    volatile char page[4096] = {};
    return depth < 0 ? 0 : go_deeper(depth + 1) + page[depth % 4096];
}

void overflow_the_stack()
{
    go_deeper(0);
}

void write_to_null()
{
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

struct crash {
    const char* name;
    void (*die)();
    procpool::exit_status status;
};

std::ostream& operator<<(std::ostream& to, const crash& each)
{
    return to << each.name;
}

#ifdef __x86_64__
void make_a_call_of_x32()
{
    constexpr long x32_bit = 0x4000'0000;
    ::syscall(x32_bit | SYS_getpid);
}
#endif

const crash crashes[] = {
    {"abort", [] { std::abort(); }, {.code = {}, .signal = SIGABRT}},
    {"terminate", [] { std::terminate(); }, {.code = {}, .signal = SIGABRT}},
    {"segmentation fault", write_to_null, {.code = {}, .signal = SIGSEGV}},
    {"stack overflow", overflow_the_stack, {.code = {}, .signal = SIGSEGV}},
    {"own signal", [] { ::raise(SIGTERM); }, {.code = {}, .signal = SIGTERM}},
    {"exit", [] { std::exit(3); }, {.code = 3, .signal = {}}},
#ifdef __x86_64__
    {"call of another architecture", make_a_call_of_x32, {.code = {}, .signal = SIGSYS}},
#endif
};

procpool::exit_status end_of(procpool::future<void> outcome)
{
    try {
        outcome.get();
    } catch (const procpool::worker_crashed& crash) {
        return {.code = crash.status().code, .signal = crash.status().signal};
    }
    return {};
}

const syscall_profile profiles[] = {syscall_profile::readonly, syscall_profile::compute};

const char* name_of(syscall_profile profile)
{
    return profile == syscall_profile::compute ? "compute" : "readonly";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_syscall_profiles, nothing_left_behind)

BOOST_AUTO_TEST_CASE(what_a_profile_forbids_is_an_error_in_the_task_and_the_worker_lives_on)
{
    if (!have_profiles())
        return;
    const temporary_directory scratch;
    std::ofstream(scratch / "file") << "content";
    std::filesystem::create_directory(scratch / "directory");
    for (const auto profile : profiles) {
        procpool::pool pool(under(profile));
        const auto worker = pool.async_submit(::getpid).get();
        for (std::size_t i = 0; i != forbidden_things().size(); ++i) {
            const auto& thing = forbidden_things()[i];
            const bool allowed = thing.reads_only && profile == syscall_profile::readonly;
            const int error = pool.async_submit(attempt, i, scratch.path().string()).get();
            const bool as_promised = allowed ? error == 0 : error == EPERM || error == ENOSYS;
            BOOST_TEST(as_promised, name_of(profile) << ": " << thing.name << ": " << std::strerror(error));
        }
        BOOST_TEST(pool.async_submit(::getpid).get() == worker);
    }
    BOOST_TEST(first_line(scratch / "file") == "content");
}

BOOST_AUTO_TEST_CASE(a_worker_cannot_outlive_its_parent_whatever_it_tries)
{
    if (!have_profiles())
        return;
    const mailbox pids;
    started_program parent({helper_program("parent"), "hold_on_to_life", pids.path()});
    const watched_process worker(pids.receive());
    BOOST_TEST(!worker.has_ended());
    ::kill(parent.pid(), SIGKILL);
    BOOST_TEST(WTERMSIG(parent.wait()) == SIGKILL);
    BOOST_TEST(worker.ends());
}

BOOST_AUTO_TEST_CASE(computing_printing_threads_and_exceptions_go_on)
{
    if (!have_profiles())
        return;
    for (const auto profile : profiles) {
        procpool::pool pool(under(profile));
        BOOST_TEST(pool.async_submit(use_threads).get() == 45);
        BOOST_TEST(pool.async_submit(use_memory).get() == 100'000'000u);
        BOOST_TEST(pool.async_submit(print_and_format).get().ends_with(" ff 0.125"));
        BOOST_TEST(pool.async_submit(use_time_and_chance).get());
        BOOST_TEST(pool.async_submit(ask_for_a_stop_token).get());
        BOOST_CHECK_THROW(pool.async_submit([] { throw std::invalid_argument("no"); }).get(), std::invalid_argument);
        BOOST_CHECK_EXCEPTION(pool.async_submit(throw_nested).get(), std::runtime_error, [](const auto& outer) {
            return dynamic_cast<const std::nested_exception&>(outer).nested_ptr() != nullptr;
        });
    }
}

std::size_t size_of(const std::string& text)
{
    return text.size();
}

std::string big_text(std::size_t size)
{
    return std::string(size, 'x');
}

BOOST_AUTO_TEST_CASE(big_payloads_come_and_go_under_each_profile)
{
    if (!have_profiles())
        return;
    constexpr std::size_t big = 1024 * 1024;
    for (const auto profile : {syscall_profile::readonly, syscall_profile::compute}) {
        procpool::pool pool(under(profile));
        BOOST_TEST(pool.async_submit(size_of, std::string(big, 'x')).get() == big);
        BOOST_TEST(pool.async_submit(big_text, big).get().size() == big);
    }
}

BOOST_AUTO_TEST_CASE(locale_and_time_zone_are_those_without_a_profile)
{
    if (!have_profiles())
        return;
    auto options = under(syscall_profile::all);
    options.worker.env = {{"TZ", "Asia/Tokyo"}, {"LANG", "C.UTF-8"}};
    const auto expected = procpool::pool(options).async_submit(place).get();
    for (const auto profile : profiles) {
        options.worker.sandbox.syscalls = profile;
        BOOST_TEST(procpool::pool(options).async_submit(place).get() == expected);
    }
}

BOOST_AUTO_TEST_CASE(what_the_initializer_opened_stays_open)
{
    if (!have_profiles())
        return;
    auto options = under(syscall_profile::compute);
    options.initializer = procpool::task([] { opened_before().open("/proc/self/comm"); });
    procpool::pool pool(options);
    const auto read = [] {
        std::string word;
        opened_before() >> word;
        return word;
    };
    BOOST_TEST(!pool.async_submit(read).get().empty());
    BOOST_TEST(pool.async_submit(first_line, "/proc/self/comm").get().empty());
}

BOOST_DATA_TEST_CASE(a_crash_is_what_it_is_without_a_profile, crashes)
{
    if (!have_profiles())
        return;
    if (is_sanitized)
        return skip("sanitizers end crashes in ways of their own");
    for (const auto profile : profiles) {
        procpool::pool pool(under(profile));
        const auto end = end_of(pool.async_submit(sample.die));
        BOOST_TEST((end == sample.status), name_of(profile) << ": " << end.str());
        BOOST_TEST(pool.async_submit(seven).get() == 7);
    }
}

BOOST_AUTO_TEST_CASE(a_crash_under_a_profile_has_its_stack_in_the_report)
{
    if (!have_profiles())
        return;
    if (is_sanitized)
        return skip("sanitizers end crashes in ways of their own");
    for (const auto profile : profiles) {
        procpool::pool pool(under(profile));
        for (auto* const die : {write_to_null, overflow_the_stack}) {
            BOOST_CHECK_EXCEPTION(pool.async_submit(die).get(), procpool::worker_crashed, [](const auto& crash) {
                return !crash.report().stack.empty() && crash.report().fault_address;
            });
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
