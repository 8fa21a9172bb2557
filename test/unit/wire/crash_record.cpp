// SPDX-License-Identifier: BSL-1.0
#include "wire/crash_record.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

using namespace procpool::wire;

BOOST_AUTO_TEST_SUITE(wire_crash_record)

BOOST_AUTO_TEST_CASE(untouched_memory_holds_no_crash)
{
    const crash_record untouched{};
    BOOST_TEST(!read(untouched).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_written_is_read)
{
    crash_record record{};
    record.signal = 11;
    record.code = 1;
    record.fault_address = 16;
    record.peak_memory_kib = 4;
    record.module_count = 1;
    std::strcpy(record.modules[0].path.data(), "/bin/true");
    record.modules[0].id = {std::byte{0xab}, std::byte{0x01}};
    record.modules[0].id_size = 2;
    record.frame_count = 2;
    record.frames[0] = {.address = 0, .offset = 0, .module = 0};
    record.frames[1] = {.address = 4096, .offset = 96, .module = 1};
    const auto said = read(record).value();
    BOOST_TEST(said.signal == 11);
    BOOST_TEST(said.code == 1);
    BOOST_TEST(said.fault_address == 16u);
    BOOST_TEST(said.peak_memory_kib == 4u);
    BOOST_TEST_REQUIRE(said.stack.size() == 2u);
    BOOST_TEST(said.stack[0].module.empty());
    BOOST_TEST(said.stack[1].address == 4096u);
    BOOST_TEST(said.stack[1].offset == 96u);
    BOOST_TEST(said.stack[1].module == "/bin/true");
    BOOST_TEST(said.stack[1].build_id == "ab01");
}

BOOST_AUTO_TEST_CASE(counts_that_make_no_sense_are_bounded)
{
    const auto record = std::make_unique<crash_record>();
    std::memset(static_cast<void*>(record.get()), 0xff, sizeof(crash_record));
    const auto said = read(*record).value();
    BOOST_TEST(said.stack.size() == crash_record::most_frames);
    BOOST_TEST(said.stack.front().module.empty()); // there is no such module
    for (auto& frame : record->frames)
        frame.module = 1;
    BOOST_TEST(read(*record)->stack.front().module.size() == 256u); // no zero ends it
    BOOST_TEST(read(*record)->stack.front().build_id.size() == 64u);
}

BOOST_AUTO_TEST_SUITE_END()
