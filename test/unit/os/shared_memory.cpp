// SPDX-License-Identifier: BSL-1.0
#include "os/shared_memory.hpp"

#include "processes.hpp"

#include <fcntl.h>
#include <limits>
#include <sys/mman.h>
#include <system_error>

namespace procpool::os {

namespace {

constexpr std::size_t size = 4096;

} // namespace

BOOST_FIXTURE_TEST_SUITE(os_shared_memory, test::nothing_left_behind)

BOOST_AUTO_TEST_CASE(new_memory_is_zero_and_has_the_size_asked_for)
{
    const descriptor file = make_memory_file("test", size);
    const mapping page(file.get(), size);
    BOOST_TEST(page.size() == size);
    BOOST_TEST((page.data()[0] == std::byte{0} && page.data()[size - 1] == std::byte{0}));
    BOOST_TEST(sealed_size(file.get()) == size);
}

BOOST_AUTO_TEST_CASE(another_process_writes_and_this_one_reads)
{
    const descriptor file = make_memory_file("test", size);
    const mapping page(file.get(), size);
    const auto writer = test::fork_child([&] {
        const mapping own(file.get(), size);
        own.data()[7] = std::byte{42};
        return 0;
    });
    writer.end();
    BOOST_TEST((page.data()[7] == std::byte{42}));
}

BOOST_AUTO_TEST_CASE(nobody_can_change_the_size_or_add_seals)
{
    const descriptor file = make_memory_file("test", size);
    BOOST_TEST(::ftruncate(file.get(), 0) == -1);
    BOOST_TEST(::ftruncate(file.get(), 2 * size) == -1);
    BOOST_TEST(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == -1);
}

BOOST_AUTO_TEST_CASE(it_is_close_on_exec_and_has_its_name_in_proc)
{
    const descriptor file = make_memory_file("control", size);
    BOOST_TEST(::fcntl(file.get(), F_GETFD) == FD_CLOEXEC);
    const auto link = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file.get()));
    BOOST_TEST(link.string() == "/memfd:control (deleted)");
}

BOOST_AUTO_TEST_CASE(anything_else_has_no_sealed_size)
{
    const descriptor device(::open("/dev/zero", O_RDWR | O_CLOEXEC));
    const descriptor unsealed(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    BOOST_TEST_REQUIRE(::ftruncate(unsealed.get(), size) == 0);
    BOOST_TEST(sealed_size(device.get()) == 0U);
    BOOST_TEST(sealed_size(unsealed.get()) == 0U);
    BOOST_TEST(sealed_size(-1) == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_sealed_against_shrinking_only_has_no_sealed_size)
{
    const descriptor file(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    BOOST_TEST_REQUIRE(::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK) == 0);
    BOOST_TEST(sealed_size(file.get()) == 0U);
}

BOOST_AUTO_TEST_CASE(a_mapping_moves)
{
    const descriptor file = make_memory_file("test", size);
    mapping from(file.get(), size);
    std::byte* const address = from.data();
    mapping to = std::move(from);
    BOOST_TEST((from.data() == nullptr && from.size() == 0));
    from = std::move(to);
    BOOST_TEST((from.data() == address && from.size() == size));
    BOOST_TEST((to.data() == nullptr && to.size() == 0));
}

BOOST_AUTO_TEST_CASE(a_mapping_outlives_its_descriptor)
{
    const mapping page(make_memory_file("test", size).get(), size);
    page.data()[0] = std::byte{1};
    BOOST_TEST((page.data()[0] == std::byte{1}));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_made_or_mapped_throws)
{
    BOOST_CHECK_THROW(mapping(-1, size), std::system_error);
    BOOST_CHECK_THROW(make_memory_file("test", std::numeric_limits<std::size_t>::max()), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
