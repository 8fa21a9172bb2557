// SPDX-License-Identifier: BSL-1.0
#include "support/ledger.hpp"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace procpool::test {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::system_category(), what);
}

int open_file(const fs::path& file)
{
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        fail("open of a ledger");
    return fd;
}

} // namespace

ledger::ledger(const fs::path& file, std::size_t size) : size_(size)
{
    std::ofstream(file).close();
    fs::resize_file(file, size);
    map(open_file(file));
}

ledger::ledger(const fs::path& file) : size_(fs::file_size(file))
{
    map(open_file(file));
}

void ledger::map(int fd)
{
    void* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (memory == MAP_FAILED)
        fail("mmap of a ledger");
    bytes_ = {static_cast<unsigned char*>(memory), [size = size_](unsigned char* bytes) { ::munmap(bytes, size); }};
}

void ledger::add(std::size_t entry) noexcept
{
    std::atomic_ref(bytes_.get()[entry]).fetch_add(1, std::memory_order_relaxed);
}

void note(const std::string& ledger_file, std::size_t entry)
{
    static std::map<std::string, ledger> open;
    auto at = open.find(ledger_file);
    if (at == open.end())
        at = open.emplace(ledger_file, ledger(ledger_file)).first;
    at->second.add(entry);
}

} // namespace procpool::test
