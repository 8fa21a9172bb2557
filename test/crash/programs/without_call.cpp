// SPDX-License-Identifier: BSL-1.0
// A host whose kernel refuses one system call: without_call NAME. Prints what becomes of a pool.
#include <procpool.hpp>

#include <chrono>
#include <cstddef>
#include <iostream>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <map>
#include <string>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void refuse(unsigned call)
{
    sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(std::size(steps)), steps};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        std::cout << "no seccomp\n";
}

int seven()
{
    return 7;
}

void run_for_ever()
{
    for (;;)
        ::pause();
}

template <class Call>
void print(const char* what, Call call)
{
    std::cout << what << ": ";
    try {
        std::cout << call() << '\n';
    } catch (const boost::system::system_error& error) {
        std::cout << error.what() << '\n';
    } catch (const procpool::worker_crashed&) {
        std::cout << "crashed\n";
    }
}

void use_a_pool()
{
    using namespace std::chrono_literals;
    procpool::pool pool({.workers = 1});
    print("a task", [&] { return pool.async_submit(seven).get(); });
    print("a crash", [&] {
        return pool
            .async_submit([] {
                std::abort();
                return 0;
            })
            .get();
    });
    print("a limit", [&] {
        try {
            pool.async_submit({.timeout = 10ms, .kill_grace = 0ns}, run_for_ever).get();
        } catch (const boost::system::system_error& error) {
            return error.code() == procpool::errc::timed_out;
        }
        return false;
    });
    print("the next", [&] { return pool.async_submit(seven).get(); });
    pool.async_submit(run_for_ever);
}

} // namespace

int main(int, char* argv[])
{
    procpool::run_if_worker();
    const std::map<std::string, unsigned> calls{{"close_range", SYS_close_range},
                                                {"pidfd_open", SYS_pidfd_open},
                                                {"pidfd_send_signal", SYS_pidfd_send_signal},
                                                {"memfd_create", SYS_memfd_create}};
    refuse(calls.at(argv[1]));
    use_a_pool();
    const bool has_children = ::waitpid(-1, nullptr, WNOHANG) >= 0;
    std::cout << (has_children ? "children are left\n" : "nothing is left\n");
}
