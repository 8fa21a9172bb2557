// SPDX-License-Identifier: BSL-1.0
#include "link/line_splitter.hpp"

#include "link/last_lines.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>
#include <vector>

using namespace procpool::link;
using procpool::wire::output_mark;

namespace {

using seen_line = std::tuple<std::uint64_t, std::string, bool>; // task, text, whether it is whole

struct splitter_fixture {
    output_mark mark{0x0a0a'0a0a'0a0a'0a0a};
    line_splitter splitter{mark};
    std::vector<seen_line> seen;

    void add(std::string_view bytes)
    {
        splitter.add(bytes);
        while (const auto line = splitter.next())
            seen.emplace_back(line->task, line->text, line->is_whole);
    }
    void end()
    {
        if (const auto line = splitter.last())
            seen.emplace_back(line->task, line->text, line->is_whole);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(link_line_splitter, splitter_fixture)

BOOST_AUTO_TEST_CASE(lines_are_cut_wherever_reads_end)
{
    const std::string text =
        "one\n\nthree\n" + mark.for_task(10) + "four" + mark.for_task(0) + mark.for_task(11) + "\nrest";
    const std::vector<seen_line> expected{{0, "one", true},    {0, "", true},  {0, "three", true},
                                          {10, "four", false}, {11, "", true}, {11, "rest", false}};
    for (std::size_t step = 1; step <= text.size(); ++step) {
        splitter_fixture fresh;
        for (std::size_t at = 0; at < text.size(); at += step)
            fresh.add(std::string_view(text).substr(at, step));
        fresh.end();
        BOOST_TEST((fresh.seen == expected), "reads of " << step);
    }
}

BOOST_AUTO_TEST_CASE(a_mark_has_its_size_and_no_newline)
{
    BOOST_TEST(mark.for_task(~std::uint64_t{0}).size() == output_mark::size);
    BOOST_TEST(mark.for_task(10).find('\n') == std::string::npos);
    BOOST_TEST(mark.task_in(mark.for_task(0xfedc'ba98'7654'3210)) == 0xfedc'ba98'7654'3210);
}

BOOST_AUTO_TEST_CASE(another_ones_mark_is_text)
{
    const std::string other = output_mark(7).for_task(3);
    add(other + "\n");
    BOOST_TEST((seen == std::vector<seen_line>{{0, other, true}}));
}

BOOST_AUTO_TEST_CASE(a_long_line_comes_in_parts_none_of_which_is_whole)
{
    const std::string text(3 * line_splitter::longest + 5, 'x');
    for (std::size_t at = 0; at < text.size(); at += 1000)
        add(std::string_view(text).substr(at, 1000));
    add("\nnext\n");
    BOOST_TEST_REQUIRE(seen.size() == 5u);
    for (std::size_t i = 0; i != 3; ++i)
        BOOST_TEST((seen[i] == seen_line{0, text.substr(0, line_splitter::longest), false}));
    BOOST_TEST((seen[3] == seen_line{0, "xxxxx", false}));
    BOOST_TEST((seen[4] == seen_line{0, "next", true}));
}

BOOST_AUTO_TEST_CASE(a_mark_behind_a_long_line_is_found)
{
    const std::string text(line_splitter::longest - 10, 'x');
    add(text + mark.for_task(4));
    add("y\n");
    BOOST_TEST((seen == std::vector<seen_line>{{0, text, false}, {4, "y", true}}));
}

BOOST_AUTO_TEST_CASE(a_mark_with_a_newline_inside_is_text_and_holds_nothing_up)
{
    const std::string whole = mark.for_task(4);
    for (std::size_t size = mark.beginning().size(); size != whole.size(); ++size) {
        splitter_fixture fresh;
        const std::string torn = whole.substr(0, size);
        fresh.add("a" + torn);
        fresh.add("\n");
        fresh.add(torn + "\nb\n" + whole + "c\n");
        const std::vector<seen_line> expected{
            {0, "a", false}, {0, torn, true}, {0, torn, true}, {0, "b", true}, {4, "c", true}};
        BOOST_TEST((fresh.seen == expected), "a newline behind " << size << " bytes of a mark");
    }
}

BOOST_AUTO_TEST_CASE(the_last_lines_are_bounded_in_number_and_size)
{
    last_lines lines;
    for (int i = 0; i != 20; ++i)
        lines.add(std::to_string(i));
    BOOST_TEST(lines.all().size() == 10u);
    BOOST_TEST(lines.all().front() == "10");
    lines.add(std::string(100'000, 'x'));
    BOOST_TEST(lines.all().size() == 1u);
    BOOST_TEST(lines.all().front().size() == 4096u);
}

BOOST_AUTO_TEST_SUITE_END()
