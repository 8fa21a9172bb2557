// SPDX-License-Identifier: BSL-1.0
#include "os/kernel_text.hpp"

#include "os/control_group.hpp"
#include "os/memory_use.hpp"
#include "os/process_title.hpp"
#include "os/this_process.hpp"
#include "processes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace procpool::os;

std::string stat_of(const std::string& name)
{
    std::string text = "17 (" + name + ")";
    for (int field = 3; field != 53; ++field)
        text += field == 3 ? " S" : " " + std::to_string(field * 100);
    return text + "\n";
}

std::string command_line()
{
    return contents_of("/proc/self/cmdline");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_kernel_text, procpool::os::test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(text_is_taken_apart_by_lines_and_words)
{
    std::string_view text = "  a\tb \nlast";
    auto line = take_line(text);
    BOOST_TEST(take_word(line) == "a");
    BOOST_TEST(take_word(line) == "b");
    BOOST_TEST(take_word(line) == "");
    BOOST_TEST(take_line(text) == "last");
    BOOST_TEST(take_line(text) == "");
    BOOST_TEST((number_in(" 12 kB") == 12U));
    BOOST_TEST((number_in("1f", 16) == 31U));
    for (const char* senseless : {"", "x", "-1", "99999999999999999999"})
        BOOST_TEST(!number_in(senseless), senseless);
}

BOOST_AUTO_TEST_CASE(a_key_counts_at_the_beginning_of_a_line_alone)
{
    BOOST_TEST((value_of("Name:\tVmHWM: 7\nVmHWM:\t  12 kB\n", "VmHWM:") == "\t  12 kB"));
    BOOST_TEST(!value_of("Name:\tVmHWM:\n", "VmHWM:"));
}

BOOST_AUTO_TEST_CASE(a_process_may_be_called_anything)
{
    const address_range expected{4800, 4900};
    for (const char* name : {"plan (b)", "a) S 1 2 3", "\n) R\n(", "()", " "})
        BOOST_TEST((command_line_in(stat_of(name)) == expected), name);
    for (const char* cut_off : {"", ")", "17 (name", "17 (name) S 1 2"})
        BOOST_TEST((command_line_in(cut_off) == address_range()), cut_off);
}

BOOST_AUTO_TEST_CASE(a_title_is_set_whatever_the_process_is_called)
{
    const auto child = procpool::os::test::fork_child([] {
        set_thread_name(") 1 2 (");
        const auto size = command_line().size();
        set_process_title("new");
        return command_line().size() == size && command_line().starts_with(std::string("new\0", 4));
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(peak_memory_is_known_whatever_the_process_is_called)
{
    const auto child = procpool::os::test::fork_child([] {
        set_thread_name("VmHWM: 1");
        return peak_memory_kib() > 100;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(a_mount_may_be_called_anything)
{
    const auto found = [](const std::string& lines) { return cgroup2_mount_in(lines).value_or("none"); };
    BOOST_TEST(found("36 35 0:30 / /sys/fs/cgroup rw,nosuid shared:5 - cgroup2 cgroup2 rw\n") == "/sys/fs/cgroup");
    BOOST_TEST(found("1 2 0:3 / /a\\040b\\134c rw - cgroup2 none rw\n") == "/a b\\c");
    BOOST_TEST(found("1 2 0:3 / /x rw - fuse - cgroup2 rw\n4 2 0:4 / /y rw a:1 b:2 - cgroup2 c rw\n") == "/y");
    BOOST_TEST(found("1 2 0:3 / /x rw\n\n - cgroup2 \n") == "none");
}

BOOST_AUTO_TEST_SUITE_END()
