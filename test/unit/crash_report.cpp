// SPDX-License-Identifier: BSL-1.0
#include <procpool/crash_report.hpp>

#include <boost/test/unit_test.hpp>

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
               "  #0 0x1010 thumbnail(int) at main.cpp:3 in /bin/server+0x10\n"
               "  #1 0x2010 in /lib/libz.so+0x10 (the file has changed since)\n"
               "  #2 0x0 in no module\n"
               "  its last lines on stderr:\n"
               "  | main.cpp:3: wrong\n"
               "  | terminating\n");
}

BOOST_AUTO_TEST_SUITE_END()
