// SPDX-License-Identifier: BSL-1.0
#include "table.hpp"

#include "rows.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <vector>

namespace {

using line = std::vector<std::string>;

std::string number(double value)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(value < 0.1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0) << value;
    return text.str();
}

std::string shown(double value, const unit& in)
{
    return number(value * in.scale) + ' ' + in.name;
}

std::string verdict(const row& of, double ratio)
{
    if (!of.mark)
        return "";
    const bool more = of.shown_in.more_is_better;
    const bool met = more ? ratio >= *of.mark : ratio <= *of.mark;
    return (more ? ">= " : "<= ") + number(*of.mark) + (met ? ", met" : ", missed");
}

std::vector<line> comparison(const figures& measured)
{
    std::vector<line> lines{{"work", "procpool", "yardstick", "ratio", "mark"}};
    for (const row& each : rows()) {
        const auto ours = measured.find(each.procpool);
        const auto bare = measured.find(each.yardstick);
        if (ours == measured.end() || bare == measured.end())
            continue;
        const double ratio = ours->second / bare->second;
        lines.push_back({each.work, shown(ours->second, each.shown_in), shown(bare->second, each.shown_in),
                         number(ratio), verdict(each, ratio)});
    }
    return lines;
}

std::vector<line> check_of_the_yardstick(const figures& measured)
{
    std::vector<line> lines{{"check of the yardstick", "yardstick", "reference", "ratio"}};
    for (const reference& each : references())
        if (const auto bare = measured.find(each.yardstick); bare != measured.end())
            lines.push_back({each.work, shown(bare->second, each.shown_in),
                             number(each.figure) + ' ' + each.shown_in.name,
                             number(bare->second * each.shown_in.scale / each.figure)});
    return lines;
}

void print(std::ostream& to, const line& cells, const std::vector<std::size_t>& widths, char fill)
{
    for (std::size_t i = 0; i != cells.size(); ++i)
        to << "| " << std::left << std::setfill(fill) << std::setw(static_cast<int>(widths[i])) << cells[i] << ' ';
    to << "|\n";
}

void print(std::ostream& to, const std::vector<line>& lines)
{
    if (lines.size() == 1)
        return;
    std::vector<std::size_t> widths(lines.front().size());
    for (const line& each : lines)
        for (std::size_t i = 0; i != widths.size(); ++i)
            widths[i] = std::max(widths[i], each[i].size());
    print(to, lines.front(), widths, ' ');
    print(to, line(widths.size()), widths, '-');
    for (std::size_t i = 1; i != lines.size(); ++i)
        print(to, lines[i], widths, ' ');
    to << '\n';
}

} // namespace

void print_tables(std::ostream& to, const figures& measured)
{
    print(to, comparison(measured));
    print(to, check_of_the_yardstick(measured));
}
