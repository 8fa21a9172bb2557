// SPDX-License-Identifier: BSL-1.0
#include <procpool/crash_report.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <locale>
#include <sstream>

using namespace procpool;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(crash_report_)

BOOST_AUTO_TEST_CASE(a_summary_is_one_sentence)
{
    const crash_report exited{.worker = 3, .pid = 4711, .status = {.code = 3, .signal = {}}};
    BOOST_TEST(exited.summary() == "worker 3 (pid 4711) exited with status 3");
    const crash_report unknown{.worker = 3, .pid = 4711, .task = 17};
    BOOST_TEST(unknown.summary() == "worker 3 (pid 4711) ended with an unknown status while it ran task 17");
    const crash_report faulted{.worker = 3,
                               .pid = 4711,
                               .status = {.code = {}, .signal = 11, .core_dumped = true},
                               .fault_address = 16,
                               .task = 17,
                               .task_name = "thumbnail",
                               .attempt = 2};
    BOOST_TEST(faulted.summary() == "worker 3 (pid 4711) was killed by SIGSEGV (core dumped) at address 0x10 while it "
                                    "ran task 17 (thumbnail), attempt 2");
    const crash_report starved{.worker = 3, .pid = 4711, .status = {.code = {}, .signal = 9}, .out_of_memory = true};
    const crash_report stopped{
        .worker = 3, .pid = 4711, .status = {.code = {}, .signal = 15}, .killed_by_pool = true, .task = 17};
    BOOST_TEST(stopped.summary() ==
               "worker 3 (pid 4711) was killed by SIGTERM, which its pool sent, while it ran task 17");
    const crash_report cut_off{.worker = 3,
                               .pid = 4711,
                               .status = {.code = {}, .signal = 9},
                               .killed_by_pool = true,
                               .killed_through_lifeline = true};
    BOOST_TEST(cut_off.summary() == "worker 3 (pid 4711) was killed by SIGKILL, through its lifeline, because this "
                                    "process may not signal it (it has changed its user, for example)");
    const crash_report shot{.worker = 3, .pid = 4711, .status = {.code = {}, .signal = 9}};
    BOOST_TEST(shot.summary() == "worker 3 (pid 4711) was killed by SIGKILL, which its pool did not send");
    const crash_report deep{
        .worker = 3, .pid = 4711, .status = {.code = {}, .signal = 11}, .fault_address = 16, .stack_overflow = true};
    BOOST_TEST(deep.summary() == "worker 3 (pid 4711) was killed by SIGSEGV at address 0x10 (stack overflow)");
    BOOST_TEST(starved.summary() == "worker 3 (pid 4711) was killed by SIGKILL, most likely by the kernel because "
                                    "memory had run out");
}

BOOST_AUTO_TEST_CASE(the_whole_report_has_figures_stack_and_last_lines)
{
    const crash_report report{
        .worker = 3,
        .pid = 4711,
        .status = {.code = {}, .signal = 6},
        .cpu_time = 2100ms,
        .peak_memory = 45 * 1024 * 1024 - 1,
        .last_lines = {"main.cpp:3: wrong", "terminating"},
        .stack = {{.address = 0x1010,
                   .module = "/bin/server",
                   .offset = 0x10,
                   .function = "thumbnail(int)",
                   .file = "main.cpp",
                   .line = 3},
                  {.address = 0x2010, .module = "/lib/libz.so", .offset = 16, .module_changed = true},
                  {.address = 0}},
        .task = 17,
        .run_time = 1250ms};
    BOOST_TEST(report.str() ==
               "worker 3 (pid 4711) was killed by SIGABRT while it ran task 17\n"
               "  the task had run for 1.25 s; the worker had used 2.1 s of CPU time and at most 45 MiB "
               "of memory\n"
               "  #0 0x1010 thumbnail(int) at main.cpp:3\n"
               "  #1 0x2010 in /lib/libz.so+0x10 (the file has changed since)\n"
               "  #2 0x0 in no module\n"
               "  its last lines on stderr:\n"
               "  | main.cpp:3: wrong\n"
               "  | terminating\n");
}

BOOST_AUTO_TEST_CASE(the_brief_form_shows_the_tasks_own_frames_and_counts_those_of_procpool)
{
    crash_report report{.worker = 3, .pid = 4711, .status = {.code = {}, .signal = 6}};
    for (const char* function :
         {"std::vector<int, std::allocator<int> >::at(unsigned long)", "bool user::operator< <int>(user::x<int>)",
          "user::task(std::string)", "int std::__invoke_impl<int, int (*)(int)>(std::__invoke_other)",
          "decltype(auto) std::apply<int (*&)(int)>(int)", "procpool::detail::run<int>()",
          "procpool::worker::(anonymous namespace)::run_call()", "main"})
        report.stack.push_back({.address = report.stack.size(), .function = function, .file = "a.cpp", .line = 2});
    // Of what is inlined, some compilers note the name without its namespace.
    const auto caller = report.stack.end() - 2;
    report.stack.insert(caller, {.address = caller->address, .function = "run_named", .file = "a.cpp", .line = 2});
    const std::string text = report.str();
    BOOST_TEST(text.substr(text.find("  #")) == "  #0 0x0 std::vector::at(unsigned long) at a.cpp:2\n"
                                                "  #1 0x1 bool user::operator< <int>(user::x<int>) at a.cpp:2\n"
                                                "  #2 0x2 user::task(std::string) at a.cpp:2\n"
                                                "  … 6 frames of procpool\n");
    const std::string all = report.str(crash_report::full);
    BOOST_TEST(all.find("  #8 0x7 main at a.cpp:2 in no module\n") != all.npos);
    BOOST_TEST(all.find("std::vector<int, std::allocator<int> >::at") != all.npos);
}

BOOST_AUTO_TEST_CASE(the_brief_form_fits_a_log)
{
    const std::string long_text = std::string(150, 'a') + "ä\n\x1b[31m" + std::string(150, 'z');
    crash_report report{.worker = 3, .status = {.code = {}, .signal = 11}, .task = 1, .task_name = long_text};
    for (int i = 0; i != 10; ++i)
        report.last_lines.push_back(std::to_string(i) + long_text);
    for (int i = 0; i != 64; ++i)
        report.stack.push_back({.address = static_cast<std::uint64_t>(i),
                                .module = long_text,
                                .function = i < 60 ? "deep()" : "procpool::worker::x()"});
    for (const std::size_t frames : {0U, 1U, 6U, 64U}) {
        crash_report shorter = report;
        shorter.stack.erase(shorter.stack.begin(), shorter.stack.end() - static_cast<std::ptrdiff_t>(frames));
        std::istringstream text(shorter.str());
        std::size_t lines = 0;
        for (std::string line; std::getline(text, line); ++lines) {
            BOOST_TEST(line.size() <= 160U);
            BOOST_TEST(line.find('\x1b') == line.npos);
        }
        BOOST_TEST(lines <= 12U);
        BOOST_TEST(lines >= 12U - (frames == 0));
        BOOST_TEST(shorter.str().find("  | 9") != std::string::npos);
    }
    BOOST_TEST(report.str().find("  … 55 more, then 4 frames of procpool\n") != std::string::npos);
    const std::string all = report.str(crash_report::full);
    BOOST_TEST(std::ranges::count(all, '\n') == 2 + 64 + 11);
    BOOST_TEST(all.find("ä??[31mzzz") != all.npos);
}

/// Writes numbers as hardly any other does.
struct grouping : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\1"; }
};

BOOST_AUTO_TEST_CASE(no_locale_changes_a_report)
{
    const crash_report report{.worker = 1234,
                              .pid = 4711,
                              .status = {.code = {}, .signal = 11},
                              .fault_address = 0x123456,
                              .cpu_time = 2100ms,
                              .peak_memory = std::uint64_t{5000} * 1024 * 1024,
                              .stack = {{.address = 0x123456, .file = "a.cpp", .line = 1234}},
                              .task = 5678,
                              .run_time = 1250ms};
    const std::string before = report.str();
    const std::locale classic = std::locale::global(std::locale(std::locale::classic(), new grouping));
    const std::string after = report.str();
    std::locale::global(classic);
    BOOST_TEST(after == before);
}

BOOST_AUTO_TEST_SUITE_END()
