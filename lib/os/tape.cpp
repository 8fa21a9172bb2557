// SPDX-License-Identifier: BSL-1.0
#include "os/tape.hpp"

#include "os/kernel_text.hpp"
#include "os/process_mark.hpp"
#include "os/system_error.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace procpool::os {

namespace {

unsigned copies_when_made_own = 0;

} // namespace

descriptor make_tape(const char* name, std::size_t size)
{
    if (size > largest_file()) // else SIGXFSZ
        throw std::system_error(EFBIG, std::generic_category(), "cannot make the memory of a queue (RLIMIT_FSIZE)");
    descriptor tape = above_stdio(descriptor(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)));
    if (!tape || ::ftruncate(tape.get(), static_cast<off_t>(size)) != 0 ||
        ::fcntl(tape.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
        throw_last_error("cannot make the memory of a queue");
    return tape;
}

void write_at(int tape, std::uint64_t offset, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto count = ::pwrite(tape, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno != EINTR)
            throw_last_error("cannot write into the memory of a queue");
        const auto written = static_cast<std::size_t>(count < 0 ? 0 : count);
        bytes = bytes.subspan(written);
        offset += written;
    }
}

bool read_at(int tape, std::uint64_t offset, std::span<std::byte> into)
{
    while (!into.empty()) {
        const auto count = ::pread(tape, into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno != EINTR)
            throw_last_error("cannot read the memory of a queue");
        if (count == 0)
            return false;
        const auto taken = static_cast<std::size_t>(count < 0 ? 0 : count);
        into = into.subspan(taken);
        offset += taken;
    }
    return true;
}

void give_back(int tape, std::uint64_t begin, std::uint64_t end) noexcept
{
    ::fallocate(tape, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                static_cast<off_t>(end - begin));
}

std::uint64_t largest_file() noexcept
{
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    return limit.rlim_cur;
}

std::uint64_t memory_in(int tape) noexcept
{
    constexpr std::uint64_t block = 512; // whatever st_blksize says
    struct stat status {};
    return ::fstat(tape, &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * block : 0;
}

std::vector<int> open_queue_tapes()
{
    const std::string target = std::string("/memfd:") + queue_tape;
    std::vector<int> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
        const auto file = std::filesystem::read_symlink(entry, error).native();
        const auto number = number_in<int>(entry.path().filename().native());
        if (file.starts_with(target) && number)
            found.push_back(*number);
    }
    return found;
}

void make_own(std::span<const int> tapes) noexcept
{
    for (const int tape : tapes) {
        const descriptor own = reopen(tape);
        if (!own)
            return;
        assign(tape, own);
    }
    copies_when_made_own = accepted_copies();
}

bool tapes_are_own() noexcept
{
    return copies_when_made_own == accepted_copies();
}

} // namespace procpool::os
