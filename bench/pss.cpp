// SPDX-License-Identifier: BSL-1.0
#include "pss.hpp"

#include <cctype>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

pid_t parent_of(const fs::path& process)
{
    std::ifstream file(process / "stat");
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(')'); // a name may have spaces
    return name_end == std::string::npos ? 0 : std::stoi(line.substr(name_end + 4));
}

double pss_kib(const fs::path& process)
{
    std::ifstream file(process / "smaps_rollup");
    for (std::string word; file >> word;)
        if (double value = 0; word == "Pss:" && file >> value)
            return value;
    throw std::runtime_error("there is no Pss in " + process.string() + "/smaps_rollup");
}

} // namespace

std::vector<fs::path> children()
{
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator("/proc"))
        if (std::isdigit(entry.path().filename().native().front()) != 0 && parent_of(entry) == ::getpid())
            found.push_back(entry);
    return found;
}

double mean_pss_of_children(std::size_t expected)
{
    const auto all = children();
    if (all.size() != expected)
        throw std::runtime_error(std::to_string(all.size()) + " child processes instead of " +
                                 std::to_string(expected));
    double sum = 0;
    for (const fs::path& each : all)
        sum += pss_kib(each);
    return sum / static_cast<double>(expected);
}
