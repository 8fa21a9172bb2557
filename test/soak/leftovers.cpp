// SPDX-License-Identifier: BSL-1.0
#include "soak/leftovers.hpp"

#include "support/processes.hpp"

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace procpool::soak {
namespace {

namespace fs = std::filesystem;

bool is_number(const fs::path& name)
{
    return std::isdigit(static_cast<unsigned char>(name.string().front())) != 0;
}

bool has_mark(const fs::path& process, const std::string& mark)
{
    std::ifstream file(process / "environ");
    for (std::string entry; std::getline(file, entry, '\0');)
        if (entry.starts_with(marking_variable + ("=" + mark)))
            return true;
    return false;
}

std::size_t entries_of(const fs::path& folder)
{
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

// Whatever thread started them.
std::size_t count_children()
{
    std::size_t found = 0;
    for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
        std::ifstream file(thread.path() / "children");
        found += static_cast<std::size_t>(std::distance(std::istream_iterator<pid_t>(file), {}));
    }
    return found;
}

std::size_t count_shared_bytes()
{
    std::ifstream file("/proc/self/maps");
    std::size_t found = 0;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::size_t begin = 0;
        std::size_t end = 0;
        char dash = 0;
        std::string access;
        words >> std::hex >> begin >> dash >> end >> access;
        if (access.ends_with('s'))
            found += end - begin;
    }
    return found;
}

std::size_t count_shared_files()
{
    std::size_t found = 0;
    for (const auto& entry : fs::directory_iterator("/dev/shm"))
        found += entry.path().filename().string().find("procpool") != std::string::npos;
    return found;
}

std::string more(const char* of_what, std::size_t before, std::size_t after)
{
    return std::string(of_what) + ": " + std::to_string(before) + " at the start, " + std::to_string(after) + " now";
}

} // namespace

std::string mark_of_this_process()
{
    return std::to_string(::getpid()) + "-";
}

std::vector<pid_t> processes_marked(const std::string& mark)
{
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc"))
        if (is_number(entry.path().filename()) && has_mark(entry.path(), mark))
            found.push_back(std::stoi(entry.path().filename().string()));
    return found;
}

belongings look_around()
{
    return {.descriptors = test::open_descriptors(),
            .threads = entries_of("/proc/self/task"),
            .children = count_children(),
            .marked_processes = processes_marked(mark_of_this_process()).size(),
            .shared_bytes = count_shared_bytes(),
            .shared_files = count_shared_files()};
}

std::vector<std::string> additions(const belongings& before, const belongings& after)
{
    std::vector<std::string> found;
    for (const auto& [number, what] : after.descriptors)
        if (const auto was = before.descriptors.find(number); was == before.descriptors.end() || was->second != what)
            found.push_back("descriptor " + std::to_string(number) + ", " + what + ", was not open at the start");
    const auto compare = [&](const char* of_what, std::size_t belongings::*count) {
        if (after.*count > before.*count)
            found.push_back(more(of_what, before.*count, after.*count));
    };
    compare("threads", &belongings::threads);
    compare("children, zombies included", &belongings::children);
    compare("processes that workers left behind", &belongings::marked_processes);
    compare("bytes of shared memory", &belongings::shared_bytes);
    compare("files in /dev/shm", &belongings::shared_files);
    return found;
}

} // namespace procpool::soak
