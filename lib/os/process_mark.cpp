// SPDX-License-Identifier: BSL-1.0
// Processes are numbered along the line of forks: a copy has a greater number than the process that it was forked from.
// The number lies in memory that the kernel wipes in a copy, however it was forked (MADV_WIPEONFORK).
#include "os/process_mark.hpp"

#include "leaky_singleton.hpp"
#include "os/system_error.hpp"

#include <atomic>
#include <sys/mman.h>
#include <unistd.h>

namespace procpool::os {
namespace {

/// A word that is 0 in every process that is forked from now on.
class wiped_word {
public:
    wiped_word()
    {
        void* page = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED)
            throw_last_error("cannot make the memory that tells a forked copy of this process");
        word_ = static_cast<std::atomic<std::uint32_t>*>(page);
        if (::madvise(page, size_, MADV_WIPEONFORK) != 0) {
            ::munmap(page, size_);
            throw_last_error("cannot make the memory that tells a forked copy of this process");
        }
    }
    wiped_word(const wiped_word&) = delete;
    wiped_word& operator=(const wiped_word&) = delete;
    ~wiped_word() { ::munmap(word_, size_); }

    std::atomic<std::uint32_t>& get() noexcept { return *word_; }

private:
    std::size_t size_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::atomic<std::uint32_t>* word_;
};

constinit leaky_singleton<wiped_word> the_word;
constinit std::atomic<std::uint32_t> last_number{0}; // not wiped, and never below a number of this process
constinit std::atomic<std::uint32_t> own_number{0};  // likewise the parent's in a copy that has none yet
unsigned copies = 0;

std::uint32_t number_of_this_process()
{
    auto& word = the_word.get().get();
    std::uint32_t number = word.load(std::memory_order_acquire);
    if (number != 0)
        return number;
    const std::uint32_t next = ++last_number;
    if (!word.compare_exchange_strong(number, next)) // another thread was faster
        return number;
    own_number = next;
    return next;
}

} // namespace

void accept_forked_copy()
{
    the_word.get().get() = own_number.load();
    ++copies;
}

unsigned accepted_copies() noexcept
{
    return copies;
}

} // namespace procpool::os

namespace procpool::detail {

process_mark::process_mark() : process_(os::number_of_this_process()) {}

// The memory is there since the mark was made, so nothing is thrown.
bool process_mark::is_here() const noexcept
{
    return process_ == os::number_of_this_process();
}

} // namespace procpool::detail
