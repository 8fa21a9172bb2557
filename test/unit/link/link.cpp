// SPDX-License-Identifier: BSL-1.0
#include "link/link.hpp"

#include "pool/launch_options.hpp"
#include "pool/scheduled_operation.hpp"
#include "support/left_behind.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <deque>

namespace procpool::link {
namespace {

/// Takes what a link tells, and keeps its completions until the test wants them to enter.
class patient_events final : public link_events {
public:
    struct completion {
        void (link::*event)(std::size_t);
        std::size_t count;
    };
    std::deque<completion> completions;
    bool is_over = false;

    void enter(link&, void (link::*event)(std::size_t), std::size_t count) override
    {
        completions.push_back({event, count});
    }
    void worker_ready(link&) override {}
    void worker_refused(link&, std::span<const std::byte>) override {}
    void worker_forked(link&, std::uint64_t) override {}
    void task_answered(task&, const wire::frame&, detail::region_ptr) override {}
    bool worker_wrote(link&, const output_pipe&, const line_splitter::line&) override { return true; }
    void batch_done() override {}
    void worker_ended(link&) override { is_over = true; }
};

/// A task of which nobody wants to know.
class lone_operation final : public detail::operation {
public:
    lone_operation() : operation({}, {}) {}
    void deliver(detail::operation_ptr) override {}
    void abandon() noexcept override {}

private:
    bool settled() override { return false; }
};

struct link_fixture : test::nothing_left_behind {
    boost::asio::io_context context;
    launch_plan plan = detail::plan_for({.name = "link", .worker = {.stderr_to = output::inherit}});
    live_groups groups;
    std::shared_ptr<patient_events> events = std::make_shared<patient_events>();
    std::shared_ptr<link> worker = std::make_shared<link>(context.get_executor(), 1, launch(plan, 1), groups, plan);

    /// The next operation of the link that has completed.
    patient_events::completion next()
    {
        while (events->completions.empty())
            context.run_one();
        const auto first = events->completions.front();
        events->completions.pop_front();
        return first;
    }
    void enter(patient_events::completion done) { ((*worker).*done.event)(done.count); }
    void enter_all()
    {
        while (!events->is_over)
            enter(next());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(link_link, link_fixture)

// As another thread of the loop may: it has the write, waits for its turn, and meanwhile all the rest happens.
BOOST_AUTO_TEST_CASE(a_write_that_was_done_when_the_worker_ended_may_be_told_after_its_end)
{
    detail::byte_buffer call; // goes through the pipe
    call.extend(detail::shared_from / 2);
    lone_operation sent;
    worker->start(events, detail::first_message_for({}), 0);
    for (std::uint64_t id = 1; id != 33; ++id) // more than a pipe holds
        worker->send(task::of(sent), {.id = id, .call = call});
    worker->flush();
    auto written = next();
    while (written.count < 1'000) { // what the worker says is short
        enter(written);
        written = next();
    }
    worker->kill();
    enter_all();
    enter(written);
    context.restart();
    context.run();
    BOOST_TEST(events->completions.empty());
}

BOOST_AUTO_TEST_CASE(a_worker_that_cannot_be_watched_is_gone) // the fixture sees if it is not
{
    launched started = launch(plan, 2);
    started.ends.tasks = os::descriptor(1'000'000); // there is none of that number
    BOOST_CHECK_THROW(link(context.get_executor(), 2, std::move(started), groups, plan), boost::system::system_error);
    worker->start(events, detail::first_message_for({}), 0);
    worker->kill();
    enter_all();
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::link
