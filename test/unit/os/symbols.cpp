// SPDX-License-Identifier: BSL-1.0
#include "os/symbols.hpp"

#include "os/build_id.hpp"
#include "os/modules.hpp"
#include "os/program_output.hpp"
#include "os/this_process.hpp"
#include "processes.hpp"
#include "support/frequent_signals.hpp"
#include "support/processes.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

using namespace procpool::os;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point soon()
{
    return std::chrono::steady_clock::now() + 60s;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_symbols, procpool::os::test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(what_addr2line_prints_is_understood)
{
    const auto found = parse_symbols("0x0000000000001234\n"
                                     "inner(int)\n/src/a.cpp:3\n"
                                     "outer(int)\n/src/a b.cpp:14 (discriminator 2)\n"
                                     "0x0000000000005678\n??\n??:0\n"
                                     "0x0000000000009abc\nmain\n??:?\n",
                                     {0x1234, 0x5678, 0x9abc});
    const symbols expected{
        {{"inner(int)", "/src/a.cpp", 3}, {"outer(int)", "/src/a b.cpp", 14}}, {{}}, {{"main", "", 0}}};
    BOOST_TEST((found == expected));
    BOOST_TEST(parse_symbols("", {1}).empty());
    BOOST_TEST(parse_symbols("addr2line: no such file\n", {1}).empty());
}

BOOST_AUTO_TEST_CASE(names_that_look_like_something_else_do_not_move_the_others)
{
    const auto found = parse_symbols("0x0000000000001234\n0xfeed\n/src/two\nlines.cpp:3\n"
                                     "two\nlines\n/src/a.cpp:7 (discriminator 1)\n"
                                     "0x0000000000005678\nlast\n?"
                                     "?/a:b (discriminator 3).cpp:14\n"
                                     "0x0000000000005678\nagain\n/src/without an end",
                                     {0x1234, 0x5678, 0x5678, 0x9abc});
    const symbols expected{{{"0xfeed", "/src/two\nlines.cpp", 3}, {"two", "lines\n/src/a.cpp", 7}},
                           {{"last",
                             "?"
                             "?/a:b (discriminator 3).cpp",
                             14}},
                           {{"again", "/src/without an end", 0}}};
    BOOST_TEST((found == expected));
}

BOOST_AUTO_TEST_CASE(a_function_of_this_program_is_found)
{
    const auto address = reinterpret_cast<std::uintptr_t>(&parse_symbols);
    const auto module = mapped_module_at(address).value();
    const auto found = symbols_in(own_program(), {address - module.base}, soon());
    BOOST_TEST_REQUIRE(found.size() == 1u);
    BOOST_TEST(found.front().back().function.find("parse_symbols") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_module_in_memory_has_the_id_of_its_file)
{
    const auto module = mapped_module_at(reinterpret_cast<std::uintptr_t>(&parse_symbols)).value();
    const std::vector<std::byte> id(module.id.begin(), module.id.end());
    BOOST_TEST(!id.empty());
    BOOST_TEST((id == build_id_of_file(own_program())));
    BOOST_TEST((id == module_of(reinterpret_cast<const void*>(&parse_symbols))->id));
}

BOOST_AUTO_TEST_CASE(what_is_no_elf_file_has_no_id)
{
    BOOST_TEST(build_id_of_file("/proc/self/status").empty());
    BOOST_TEST(build_id_of_file("/nowhere").empty());
    BOOST_TEST(!mapped_module_at(0).has_value());
}

BOOST_AUTO_TEST_CASE(a_fifo_that_nobody_writes_into_has_no_id)
{
    const procpool::test::temporary_directory folder;
    const auto fifo = folder / "fifo";
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), S_IRUSR | S_IWUSR) == 0);
    BOOST_TEST(build_id_of_file(fifo).empty());
    BOOST_TEST(build_id_of_file(folder.path()).empty());
    BOOST_TEST(build_id_of_file("/dev/tty").empty());
}

BOOST_AUTO_TEST_CASE(a_program_that_does_not_end_is_killed_when_its_time_is_over)
{
    const tool endless{.command = {"sleep", "1000"},
                       .environment = {},
                       .deadline = std::chrono::steady_clock::now() + 1ms,
                       .most_bytes = 10};
    BOOST_TEST(output_of(endless).value() == "");
}

BOOST_AUTO_TEST_CASE(a_program_is_heard_to_its_end_while_signals_arrive)
{
    const procpool::test::frequent_signals signals;
    const tool slow{
        .command = {"sh", "-c", "sleep 0.05; echo end"}, .environment = {}, .deadline = soon(), .most_bytes = 10};
    BOOST_TEST(output_of(slow).value() == "end\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_prints_without_end_is_killed_when_it_has_printed_enough)
{
    const tool endless{.command = {"yes"}, .environment = {}, .deadline = soon(), .most_bytes = 10};
    BOOST_TEST(output_of(endless).value().starts_with("y\ny\ny\n"));
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_prints_nothing)
{
    const tool none{.command = {"no-such-program"}, .environment = {}, .deadline = soon(), .most_bytes = 10};
    BOOST_TEST(!output_of(none).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
