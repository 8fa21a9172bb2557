// SPDX-License-Identifier: BSL-1.0
#include "os/oom_kills.hpp"

#include "support/processes.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

namespace {

using namespace procpool::os;
namespace fs = std::filesystem;

struct group_tree {
    procpool::test::temporary_directory directory;
    cgroup_files files{directory / "self", directory / "mount"};

    void write(const fs::path& name, const std::string& text) const
    {
        const fs::path file = directory.path() / name;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_oom_kills, group_tree)

BOOST_AUTO_TEST_CASE(the_process_own_group_counts)
{
    write("self", "0::/a/b");
    write("mount/memory.events", "oom_kill 9");
    write("mount/a/b/memory.events", "low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\n");
    BOOST_TEST(oom_kill_file(files) == (directory / "mount/a/b/memory.events").string());
    BOOST_TEST((oom_kills_in(oom_kill_file(files)) == 4u));
}

BOOST_AUTO_TEST_CASE(in_a_container_the_root_of_the_tree_is_its_own_group)
{
    write("self", "0::/host/path");
    write("mount/memory.events", "oom_kill 9");
    BOOST_TEST((oom_kills_in(oom_kill_file(files)) == 9u));
}

BOOST_AUTO_TEST_CASE(version_one_is_understood)
{
    write("self", "5:cpu:/x\n4:memory:/pod\n0::/");
    write("mount/memory/pod/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    BOOST_TEST((oom_kills_in(oom_kill_file(files)) == 2u));
}

BOOST_AUTO_TEST_CASE(without_groups_the_machine_counts)
{
    write("self", "nonsense\n:\n0::/");
    BOOST_TEST(oom_kill_file(files) == "/proc/vmstat");
}

BOOST_AUTO_TEST_CASE(a_file_without_such_a_line_says_nothing)
{
    write("none", "oom 3\n");
    BOOST_TEST(!oom_kills_in(directory / "none").has_value());
    BOOST_TEST(!oom_kills_in(directory / "missing").has_value());
}

BOOST_AUTO_TEST_CASE(this_machine_can_be_asked)
{
    BOOST_TEST(oom_kills().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
