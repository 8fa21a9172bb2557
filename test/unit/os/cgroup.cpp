// SPDX-License-Identifier: BSL-1.0
#include "os/cgroup.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <string>

namespace procpool::os {

namespace {

namespace fs = std::filesystem;

/// A tree of control groups made of ordinary files.
struct fake_tree {
    fs::path root = make_directory();
    cgroup_files files{root / "self", root / "mount"};

    fake_tree() = default;
    fake_tree(const fake_tree&) = delete;
    fake_tree& operator=(const fake_tree&) = delete;
    ~fake_tree() { fs::remove_all(root); }

    void write(const fs::path& file, const std::string& text) const
    {
        fs::create_directories((root / file).parent_path());
        std::ofstream(root / file) << text << '\n';
    }

private:
    static fs::path make_directory()
    {
        std::string name = (fs::temp_directory_path() / "procpool-cgroup-XXXXXX").string();
        BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        return name;
    }
};

struct row {
    const char* text;
    std::optional<double> expected;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_cgroup, fake_tree)

BOOST_AUTO_TEST_CASE(a_quota_text_is_read_as_cpus)
{
    const row rows[] = {
        {"100000 100000", 1.0},
        {"150000 100000", 1.5},
        {"5000 100000", 0.05},
        {"400000 100000\n", 4.0},
        {"max 100000", {}},
        {"-1 100000", {}},
        {"0 100000", {}},
        {"100000 0", {}},
        {"100000", {}},
        {"100000 ", {}},
        {"100000 x", {}},
        {"", {}},
        {" ", {}},
        {"1 -1", {}},
        {"9999999999999999999 1", {}},
    };
    for (const row& row : rows)
        BOOST_TEST((parse_quota(row.text) == row.expected), row.text);
}

BOOST_AUTO_TEST_CASE(the_tightest_group_above_limits)
{
    write("self", "0::/a/b/c");
    write("mount/a/cpu.max", "150000 100000");
    write("mount/a/b/cpu.max", "300000 100000");
    write("mount/a/b/c/cpu.max", "max 100000");
    BOOST_TEST((cpu_quota(files) == 1.5));
}

BOOST_AUTO_TEST_CASE(in_a_container_the_root_of_the_tree_is_its_own_group)
{
    write("self", "0::/host/path/of/the/container");
    write("mount/cpu.max", "50000 100000");
    BOOST_TEST((cpu_quota(files) == 0.5));
}

BOOST_AUTO_TEST_CASE(version_one_is_understood)
{
    write("self", "5:memory:/x\n4:cpuacct,cpu:/pod/app\n3:cpuset:/y");
    write("mount/cpu/pod/app/cpu.cfs_quota_us", "-1");
    write("mount/cpu/pod/app/cpu.cfs_period_us", "100000");
    write("mount/cpu/pod/cpu.cfs_quota_us", "250000");
    write("mount/cpu/pod/cpu.cfs_period_us", "100000");
    BOOST_TEST((cpu_quota(files) == 2.5));
}

BOOST_AUTO_TEST_CASE(only_the_cpu_controller_counts)
{
    write("self", "4:cpuset,cpuacct:/");
    write("mount/cpu/cpu.cfs_quota_us", "100000");
    write("mount/cpu/cpu.cfs_period_us", "100000");
    BOOST_TEST(!cpu_quota(files).has_value());
}

BOOST_AUTO_TEST_CASE(without_files_or_sense_there_is_no_quota)
{
    BOOST_TEST(!cpu_quota(files).has_value());
    write("self", "nonsense\n\n:\n0:\n::\n0::\n0::relative/path");
    BOOST_TEST(!cpu_quota(files).has_value());
}

BOOST_AUTO_TEST_CASE(the_files_of_this_machine_can_be_read)
{
    const auto quota = cpu_quota();
    BOOST_TEST((!quota || *quota > 0));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
