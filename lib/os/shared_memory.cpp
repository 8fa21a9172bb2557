// SPDX-License-Identifier: BSL-1.0
#include "os/shared_memory.hpp"

#include "os/failing_calls.hpp"
#include "os/system_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace procpool::os {

namespace {

constexpr int fixed_size = F_SEAL_SHRINK | F_SEAL_GROW;
constexpr int only_ours = F_SEAL_FUTURE_WRITE;

int create(const char* name) noexcept
{
    return is_to_fail(fault_point::memfd_create) ? -1 : ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

[[noreturn]] void throw_not_made(const char* call)
{
    throw_last_error((std::string("cannot make the memory shared with a worker: ") + call).c_str());
}

bool set_fixed_size(int fd, std::size_t size) noexcept
{
    return ::ftruncate(fd, static_cast<off_t>(size)) == 0 && ::fcntl(fd, F_ADD_SEALS, fixed_size | F_SEAL_SEAL) == 0;
}

// The kernel sends SIGXFSZ to who makes a file that is too large. Sets errno when it would.
bool may_make_file_of(std::size_t size) noexcept
{
    rlimit limit{};
    const bool may = ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || size <= limit.rlim_cur;
    if (!may)
        errno = EFBIG;
    return may;
}

} // namespace

mapping::mapping(int fd, std::size_t size, access how) : size_(size)
{
    const int protection = how == access::read_write ? PROT_READ | PROT_WRITE : PROT_READ;
    void* address = ::mmap(nullptr, size, protection, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED)
        throw_last_error("cannot map the memory shared with a worker: mmap");
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
    descriptor made(create(name));
    if (!made)
        throw_not_made("memfd_create");
    descriptor file = above_stdio(std::move(made));
    if (!file)
        throw_not_made("fcntl(F_DUPFD_CLOEXEC)");
    if (!may_make_file_of(size) || !set_fixed_size(file.get(), size))
        throw_not_made("ftruncate, fcntl(F_ADD_SEALS)");
    return file;
}

// The mapping is made before the seal, which allows no writable one afterwards.
shown_memory make_shown_memory(const char* name, std::size_t size) noexcept
{
    if (!may_make_file_of(size))
        return {};
    try {
        descriptor file = above_stdio(descriptor(create(name)));
        if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0)
            return {};
        mapping bytes(file.get(), size);
        if (::fcntl(file.get(), F_ADD_SEALS, fixed_size | only_ours | F_SEAL_SEAL) != 0)
            return {};
        return {std::move(file), std::move(bytes)};
    } catch (const std::system_error&) { // it cannot be mapped
        return {};
    }
}

std::size_t sealed_size(int fd) noexcept
{
    const int seals = ::fcntl(fd, F_GET_SEALS);
    struct statfs system {};
    if (seals < 0 || (seals & fixed_size) != fixed_size || ::fstatfs(fd, &system) != 0)
        return 0;
    if (system.f_type != TMPFS_MAGIC) // huge pages can be taken away from who has mapped them: SIGBUS
        return 0;
    const auto size = ::lseek(fd, 0, SEEK_END); // the C library's fstat() is a call that `compute` forbids
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

} // namespace procpool::os
