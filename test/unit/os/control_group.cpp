// SPDX-License-Identifier: BSL-1.0
#include "os/control_group.hpp"

#include "processes.hpp"
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>

namespace procpool::os {

namespace {

std::optional<control_group> make_group()
{
    try {
        return std::optional<control_group>(std::in_place, "procpool-test-" + std::to_string(::getpid()));
    } catch (const std::runtime_error& refusal) {
        procpool::test::skip(refusal.what());
        return {};
    }
}

int wait_for_ever()
{
    for (;;)
        ::pause();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_control_group, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(its_members_die_with_it_and_it_is_removed)
{
    auto group = make_group();
    if (!group)
        return;
    const auto path = group->path();
    const auto child = test::fork_child(wait_for_ever);
    group->add(child.pid());
    group.reset();
    BOOST_TEST(child.end().number == SIGKILL);
    BOOST_TEST(!std::filesystem::exists(path));
}

// In a directory of any file system: locks and names are all that counts.
BOOST_AUTO_TEST_CASE(abandoned_groups_are_removed_and_no_others)
{
    const procpool::test::temporary_directory parent;
    for (const char* name : {"procpool-1", "procpool-2", "procpool-3", "other"})
        std::filesystem::create_directory(parent.path() / name);
    std::filesystem::create_directory(parent.path() / "procpool-3" / "member");
    const descriptor owner(::open((parent.path() / "procpool-2").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::flock(owner.get(), LOCK_SH);
    remove_abandoned_groups(parent.path());
    BOOST_TEST(!std::filesystem::exists(parent.path() / "procpool-1"));
    for (const char* name : {"procpool-2", "procpool-3", "other"})
        BOOST_TEST(std::filesystem::exists(parent.path() / name));
    remove_abandoned_groups(parent.path() / "there is none");
}

BOOST_AUTO_TEST_CASE(a_group_that_was_released_is_left_alone)
{
    auto group = make_group();
    if (!group)
        return;
    const auto path = group->path();
    group->release();
    group.reset();
    BOOST_TEST(std::filesystem::exists(path));
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(a_group_that_cannot_be_made_is_refused_with_its_path)
{
    if (!make_group())
        return;
    BOOST_CHECK_EXCEPTION(control_group("no/such/parent"), std::runtime_error, [](const auto& refusal) {
        return std::string(refusal.what()).find("no/such/parent cannot be made") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_process_that_does_not_exist_cannot_be_added)
{
    if (const auto group = make_group())
        BOOST_CHECK_THROW(group->add(0x7fff'fff0), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
