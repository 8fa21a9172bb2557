// SPDX-License-Identifier: BSL-1.0
#include "support/workers.hpp"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace procpool::test {
namespace {

namespace fs = std::filesystem;

bool is_worker(const fs::path& process, const std::string& name)
{
    std::ifstream file(process / "cmdline");
    std::string line;
    std::getline(file, line, '\0');
    return line.starts_with(name + ": worker ") || line.starts_with(name + ": fork server");
}

} // namespace

std::vector<pid_t> workers_named(const std::string& name)
{
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto number = entry.path().filename().string();
        if (std::isdigit(static_cast<unsigned char>(number.front())) && is_worker(entry.path(), name))
            found.push_back(std::stoi(number));
    }
    return found;
}

std::optional<watched_process> find_worker(const std::string& name, pid_t pid)
{
    try {
        watched_process found(pid);
        if (is_worker("/proc/" + std::to_string(pid), name)) // the number may mean another process by now
            return found;
    } catch (const std::system_error&) { // gone meanwhile
    }
    return {};
}

} // namespace procpool::test
