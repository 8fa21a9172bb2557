// SPDX-License-Identifier: BSL-1.0
#include "os/shared_memory.hpp"

#include "os/failing_calls.hpp"
#include "os/system_error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace procpool::os {

namespace {

constexpr int fixed_size = F_SEAL_SHRINK | F_SEAL_GROW;

int create(const char* name) noexcept
{
    return is_to_fail(fault_point::memfd_create) ? -1 : ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

bool set_fixed_size(int fd, std::size_t size) noexcept
{
    return ::ftruncate(fd, static_cast<off_t>(size)) == 0 && ::fcntl(fd, F_ADD_SEALS, fixed_size | F_SEAL_SEAL) == 0;
}

} // namespace

mapping::mapping(int fd, std::size_t size) : size_(size)
{
    void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED)
        throw_last_error("cannot map the memory shared with a worker");
    data_ = static_cast<std::byte*>(address);
}

mapping::mapping(mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0))
{
}

mapping& mapping::operator=(mapping&& other) noexcept
{
    mapping moved(std::move(other)); // unmaps what was mapped here now, not when `other` ends
    std::swap(data_, moved.data_);
    std::swap(size_, moved.size_);
    return *this;
}

mapping::~mapping()
{
    if (data_ != nullptr)
        ::munmap(data_, size_);
}

descriptor make_memory_file(const char* name, std::size_t size)
{
    descriptor file = above_stdio(descriptor(create(name)));
    if (!file || !set_fixed_size(file.get(), size))
        throw_last_error("cannot make the memory shared with a worker");
    return file;
}

std::size_t sealed_size(int fd) noexcept
{
    const int seals = ::fcntl(fd, F_GET_SEALS);
    struct stat status {};
    if (seals < 0 || (seals & fixed_size) != fixed_size || ::fstat(fd, &status) != 0)
        return 0;
    return static_cast<std::size_t>(status.st_size);
}

} // namespace procpool::os
