// SPDX-License-Identifier: BSL-1.0
#include "os/process_mark.hpp"

#include "os/per_process.hpp"
#include "processes.hpp"

#include <csignal>
#include <optional>
#include <thread>

namespace procpool::os {
namespace {

struct counted {
    int value = 1;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_process_mark, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_mark_is_here_in_every_thread_of_its_process)
{
    const process_mark mark;
    BOOST_TEST(mark.is_here());
    std::thread([&] { BOOST_TEST(mark.is_here()); }).join();
}

BOOST_AUTO_TEST_CASE(in_a_fork_and_in_its_fork_it_is_not)
{
    const process_mark mark;
    const auto child = test::fork_child([&] {
        if (mark.is_here())
            return false;
        const auto grandchild = test::fork_child([&] { return !mark.is_here(); });
        return grandchild.succeeds();
    });
    BOOST_TEST(child.succeeds());
    BOOST_TEST(mark.is_here());
}

BOOST_AUTO_TEST_CASE(in_a_raw_clone_it_is_not)
{
    const process_mark mark;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
    if (pid == 0)
        ::_exit(test::exit_code_of(!mark.is_here()));
    const test::child_process child(pid, test::open_pidfd(pid));
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(a_mark_made_in_a_fork_is_here_there_and_not_in_its_fork)
{
    const process_mark mark;
    const auto child = test::fork_child([&] {
        const process_mark own;
        const auto grandchild = test::fork_child([&] {
            const process_mark last;
            return !own.is_here() && !mark.is_here() && last.is_here();
        });
        return own.is_here() && !mark.is_here() && grandchild.succeeds();
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(threads_of_a_fork_agree)
{
    const process_mark mark;
    const auto child = test::fork_child([] {
        constexpr int turns = 200;
        for (int turn = 0; turn != turns; ++turn) {
            const auto copy = test::fork_child([] {
                std::optional<process_mark> other;
                std::thread racing([&] { other.emplace(); });
                const process_mark own;
                racing.join();
                return own.is_here() && other->is_here();
            });
            if (!copy.succeeds())
                return false;
        }
        return true;
    });
    BOOST_TEST(child.succeeds());
}

BOOST_AUTO_TEST_CASE(an_accepted_fork_counts_as_the_process_that_it_was_forked_from)
{
    const process_mark mark;
    const auto child = test::fork_child([&] {
        accept_forked_copy();
        const process_mark own;
        const auto copy = test::fork_child([&] { return !mark.is_here() && !own.is_here(); });
        return mark.is_here() && accepted_copies() == 1 && copy.succeeds();
    });
    BOOST_TEST(child.succeeds());
    BOOST_TEST(accepted_copies() == 0U);
}

BOOST_AUTO_TEST_CASE(a_fork_makes_an_object_of_its_own)
{
    static constinit per_process<counted> objects;
    BOOST_TEST(objects.find() == nullptr);
    objects.get().value = 2;
    BOOST_TEST(objects.find()->value == 2);
    const auto child = test::fork_child([] { return !objects.find() && objects.get().value == 1 && objects.find(); });
    BOOST_TEST(child.succeeds());
    BOOST_TEST(objects.get().value == 2);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
