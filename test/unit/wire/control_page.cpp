// SPDX-License-Identifier: BSL-1.0
#include "wire/control_page.hpp"

#include <boost/test/unit_test.hpp>

using namespace procpool::wire;

namespace {

struct slot_fixture {
    task_slot slot{};

    slot_fixture() { slot.publish(7, 0); }
    task_word word() const { return task_word::unpack(slot.word.load()); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(wire_control_page, slot_fixture)

BOOST_AUTO_TEST_CASE(a_word_keeps_id_and_state)
{
    for (const auto state : {task_state::finished, task_state::queued, task_state::running, task_state::revoked}) {
        const task_word value{(std::uint64_t{1} << 62) - 1, state};
        BOOST_TEST((task_word::unpack(value.pack()) == value));
    }
}

BOOST_AUTO_TEST_CASE(a_published_task_can_be_claimed_once)
{
    BOOST_TEST(slot.claim(7, 100));
    BOOST_TEST((word() == task_word{7, task_state::running}));
    BOOST_TEST(slot.started_ns.load() == 100u);
    BOOST_TEST(!slot.claim(7, 200));
}

BOOST_AUTO_TEST_CASE(a_revoked_task_cannot_be_claimed)
{
    BOOST_TEST(slot.revoke(7));
    BOOST_TEST(!slot.claim(7, 100));
    BOOST_TEST(!slot.may_have_run(7));
}

BOOST_AUTO_TEST_CASE(a_claimed_task_cannot_be_revoked)
{
    slot.claim(7, 100);
    BOOST_TEST(!slot.revoke(7));
    BOOST_TEST(slot.may_run(7));
}

BOOST_AUTO_TEST_CASE(a_stale_claim_leaves_a_reused_slot_alone)
{
    slot.revoke(7);
    slot.publish(9, 0);
    BOOST_TEST(!slot.claim(7, 100));
    BOOST_TEST((word() == task_word{9, task_state::queued}));
    BOOST_TEST(slot.started_ns.load() == 0u);
}

BOOST_AUTO_TEST_CASE(a_finished_task_runs_no_more_but_has_run)
{
    slot.claim(7, 100);
    slot.finish(7);
    BOOST_TEST(!slot.may_run(7));
    BOOST_TEST(slot.may_have_run(7));
}

BOOST_AUTO_TEST_CASE(a_word_that_makes_no_sense_may_have_run)
{
    slot.word.store(task_word{12345, task_state::queued}.pack());
    BOOST_TEST(slot.may_run(7));
    BOOST_TEST(slot.may_have_run(7));
}

BOOST_AUTO_TEST_SUITE_END()
