// SPDX-License-Identifier: BSL-1.0
// A program that spoils what makes it a worker, as the environment variable TROUBLE says, before it calls
// run_if_worker(). Tells the mailbox of the variable MAILBOX when its main goes on, which it must not in a worker.
#include <procpool/worker.hpp>

#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr int page_descriptor = 6;

/// The words at the beginning of the control page, which no version of the library moves.
struct head {
    std::uint64_t magic;
    std::uint64_t nonce;
    std::uint32_t version;
    std::uint32_t worker_version;
};

head& head_of_page()
{
    return *static_cast<head*>(::mmap(nullptr, sizeof(head), PROT_READ | PROT_WRITE, MAP_SHARED, page_descriptor, 0));
}

void make_trouble(const std::string& kind)
{
    if (kind == "all closed")
        ::syscall(SYS_close_range, 3, ~0U, 0);
    if (kind == "one closed")
        ::close(4);
    if (kind == "another file") {
        ::close(page_descriptor);
        ::open("/dev/null", O_RDWR); // NOLINT: gets the number
    }
    if (kind == "other parent")
        head_of_page().version = 77;
    if (kind == "other worker") {
        head_of_page().worker_version = 77;
        ::_exit(1);
    }
}

} // namespace

int main()
{
    const char* const trouble = std::getenv("TROUBLE");
    const char* const mailbox = std::getenv("MAILBOX");
    make_trouble(trouble ? trouble : "");
    procpool::run_if_worker();
    if (mailbox) {
        const std::int32_t pid = ::getpid();
        const int fd = ::open(mailbox, O_WRONLY);
        if (::write(fd, &pid, sizeof pid) != sizeof pid)
            return 1;
    }
}
