// SPDX-License-Identifier: BSL-1.0
#include "support/payload_memory.hpp"

#include "support/processes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace procpool::test {

std::size_t mapped_payloads(pid_t process)
{
    std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
    std::size_t found = 0;
    for (std::string line; std::getline(maps, line);)
        found += line.find("procpool payload") != std::string::npos;
    return found;
}

std::size_t open_payloads()
{
    return static_cast<std::size_t>(std::ranges::count_if(open_descriptors(), [](const auto& each) {
        return each.second.find("procpool payload") != std::string::npos;
    }));
}

bool have_no_payloads(pid_t worker)
{
    return mapped_payloads(worker) == 0 && mapped_payloads(::getpid()) == 0 && open_payloads() == 0;
}

bool is_read_only(const void* address)
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<std::uintptr_t>(address) / page * page;
    return mapped_payloads(::getpid()) != 0 &&
           ::mprotect(reinterpret_cast<void*>(first), page, PROT_READ | PROT_WRITE) == -1 && errno == EACCES;
}

} // namespace procpool::test
