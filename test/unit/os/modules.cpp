// SPDX-License-Identifier: BSL-1.0
#include "os/modules.hpp"

#include "os/this_process.hpp"
#include "processes.hpp"
#include "support/skip.hpp"

#include <boost/test/unit_test.hpp>

#include <dlfcn.h>
#include <memory>
#include <thread>

namespace procpool::os {

namespace {

int some_function()
{
    return 1;
}

const void* own_address()
{
    return reinterpret_cast<const void*>(&some_function);
}

const void* address_in_libc()
{
    return ::dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
}

} // namespace

BOOST_AUTO_TEST_SUITE(os_modules)

BOOST_AUTO_TEST_CASE(a_function_of_this_program_is_found_in_it)
{
    const auto own = module_of(own_address());
    BOOST_TEST_REQUIRE(own.has_value());
    const auto number = reinterpret_cast<std::uintptr_t>(own_address());
    BOOST_TEST(own->path == executable_path());
    BOOST_TEST((own->begin <= number && number < own->end));
    BOOST_TEST(own->base <= number);
}

BOOST_AUTO_TEST_CASE(a_function_of_a_shared_library_is_found_there)
{
    const auto libc = module_of(address_in_libc());
    BOOST_TEST_REQUIRE(libc.has_value());
    BOOST_TEST(libc->path.ends_with("libc.so.6"));
    BOOST_TEST(!libc->id.empty());
}

BOOST_AUTO_TEST_CASE(a_forked_copy_can_search_whatever_other_threads_search_at_the_fork)
{
    if (procpool::test::is_sanitized)
        return procpool::test::skip("this sanitizer does not support a fork while other threads run");
    const std::jthread searching([](const std::stop_token& stop) {
        while (!stop.stop_requested())
            module_of(nullptr);
    });
    for (int turn = 0; turn != 100; ++turn)
        BOOST_TEST(test::fork_child([] { return module_of(own_address()).has_value(); }).succeeds());
}

BOOST_AUTO_TEST_CASE(memory_that_is_in_no_file_has_no_module)
{
    const auto heap = std::make_unique<int>(1);
    BOOST_TEST(!module_of(heap.get()).has_value());
    BOOST_TEST(!module_of(&heap).has_value());
    BOOST_TEST(!module_of(nullptr).has_value());
}

BOOST_AUTO_TEST_CASE(a_module_is_still_at_its_own_addresses_only)
{
    const auto own = module_of(own_address());
    BOOST_TEST_REQUIRE(own.has_value());
    const auto heap = std::make_unique<int>(1);
    BOOST_TEST(is_still_at(*own, own_address()));
    BOOST_TEST(!is_still_at(*own, address_in_libc()));
    BOOST_TEST(!is_still_at(*own, heap.get()));
}

BOOST_AUTO_TEST_CASE(another_build_at_the_same_place_is_another_module)
{
    auto libc = module_of(address_in_libc()); // the program itself is always the same build
    BOOST_TEST_REQUIRE(libc.has_value());
    BOOST_TEST(is_still_at(*libc, address_in_libc()));
    libc->id.front() ^= std::byte{1};
    BOOST_TEST(!is_still_at(*libc, address_in_libc()));
}

BOOST_AUTO_TEST_CASE(modules_have_different_build_ids)
{
    const auto own = module_of(own_address());
    const auto libc = module_of(address_in_libc());
    BOOST_TEST(own->id.size() >= 8U);
    BOOST_TEST((own->id != libc->id));
}

BOOST_AUTO_TEST_CASE(a_build_id_finds_its_module)
{
    for (const void* address : {own_address(), address_in_libc()}) {
        const auto expected = module_of(address);
        const auto found = module_with(expected->id);
        BOOST_TEST_REQUIRE(found.has_value());
        BOOST_TEST(found->path == expected->path);
        BOOST_TEST(found->base == expected->base);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_or_empty_build_id_finds_nothing)
{
    BOOST_TEST(!module_with(build_id(20)).has_value());
    BOOST_TEST(!module_with({}).has_value());
}

BOOST_AUTO_TEST_CASE(a_file_name_finds_its_module_wherever_it_lies)
{
    const auto libc = module_named("/elsewhere/libc.so.6");
    BOOST_TEST_REQUIRE(libc.has_value());
    BOOST_TEST(libc->path == module_of(address_in_libc())->path);
    BOOST_TEST(module_named(executable_path())->path == executable_path());
    BOOST_TEST(!module_named("/elsewhere/libnone.so").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
