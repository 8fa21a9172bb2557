// SPDX-License-Identifier: BSL-1.0
// own executable
// How long a call with a limit waits: the same for all of them.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <limits>
#include <string>
#include <tuple>
#include <unistd.h>
#include <variant>
#include <vector>

namespace procpool::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::nanoseconds;
using seconds_of_any_size = std::chrono::duration<double>;
using any_limit = std::variant<hours, nanoseconds, seconds_of_any_size>;

/// A call that waits, for something that has not come.
struct waiting_call {
    std::string name;
    std::function<bool(any_limit)> comes_within;
    std::function<void()> let_come;
};

/// `call` takes a limit of any type.
template <class Call>
std::function<bool(any_limit)> with_any_limit(Call call)
{
    return [call](any_limit given) { return std::visit(call, given); };
}

template <class Call>
bool is_in_time(Call call)
{
    return code_thrown_by(call) != make_error_code(errc::timed_out);
}

waiting_call queue_get()
{
    const auto empty = std::make_shared<queue<int>>();
    return {"queue::get", with_any_limit([=](auto limit) { return empty->get(limit).has_value(); }),
            [=] { empty->put(1); }};
}

waiting_call queue_put()
{
    const auto full = std::make_shared<queue<int>>(1);
    full->put(1);
    return {"queue::put", with_any_limit([=](auto limit) { return full->put(2, limit); }), [=] { full->get(); }};
}

waiting_call queue_join()
{
    const auto undone = std::make_shared<queue<int>>();
    undone->put(1);
    return {"queue::join", with_any_limit([=](auto limit) { return undone->join(limit); }),
            [=] { undone->task_done(); }};
}

waiting_call pipe_poll()
{
    const auto ends = std::make_shared<std::pair<pipe<int>, pipe<int>>>(make_pipe<int>());
    return {"pipe::poll", with_any_limit([=](auto limit) { return ends->first.poll(limit); }),
            [=] { ends->second.send(1); }};
}

/// What waits for a task, or a process, that stands at a gate.
class at_a_gate {
public:
    waiting_call future_get()
    {
        const auto one = submitted();
        return {"future::get", with_any_limit([=](auto limit) { return is_in_time([&] { one->get(limit); }); }),
                opened()};
    }
    waiting_call future_exception()
    {
        const auto one = submitted();
        return {"future::exception",
                with_any_limit([=](auto limit) { return is_in_time([&] { one->exception(limit); }); }), opened()};
    }
    waiting_call wait_for_all()
    {
        const auto one = submitted();
        const auto comes = [=](auto limit) {
            return wait(std::tie(*one), return_when::all_completed, limit).not_done.empty();
        };
        return {"wait", with_any_limit(comes), opened()};
    }
    waiting_call next_of_a_stream()
    {
        const auto stream = std::make_shared<result_stream<pid_t>>(pool_.imap(hold, std::vector{fresh_gate()}));
        return {"result_stream::next",
                with_any_limit([=](auto limit) { return is_in_time([&] { stream->next(limit); }); }), opened()};
    }
    waiting_call next_completed()
    {
        const auto all = std::make_shared<std::vector<future<pid_t>>>();
        all->push_back(pool_.async_submit(hold, fresh_gate()));
        const auto stream = std::make_shared<completion_stream<pid_t>>(as_completed(*all));
        return {"completion_stream::next",
                with_any_limit([=, keep = all](auto limit) { return is_in_time([&] { stream->next(limit); }); }),
                opened()};
    }
    waiting_call process_join()
    {
        const auto one = std::make_shared<process>(process_options{.daemon = true}, hold, fresh_gate());
        one->start();
        return {"process::join", with_any_limit([=](auto limit) { return one->join(limit); }), opened()};
    }
    waiting_call shutdown()
    {
        const auto own = std::make_shared<pool>(pool_options{.workers = 1});
        const auto one = std::make_shared<future<pid_t>>(own->async_submit(hold, fresh_gate()));
        const auto comes = [=, keep = one](auto limit) {
            std::promise<boost::system::error_code> told;
            auto end = told.get_future();
            own->async_shutdown(
                limit, [told = std::move(told)](boost::system::error_code error) mutable { told.set_value(error); });
            return end.get() != errc::timed_out;
        };
        return {"pool::async_shutdown", with_any_limit(comes), opened()};
    }

private:
    std::string fresh_gate()
    {
        held_ = std::make_shared<gate>(for_gates_.get_executor());
        return held_->path();
    }
    std::shared_ptr<future<pid_t>> submitted()
    {
        return std::make_shared<future<pid_t>>(pool_.async_submit(hold, fresh_gate()));
    }
    std::function<void()> opened() const
    {
        return [held = held_] { held->open(); };
    }

    boost::asio::io_context for_gates_;
    std::shared_ptr<gate> held_;
    pool pool_{{.workers = 2}};
};

struct every_call : nothing_left_behind {
    at_a_gate gates;
    const std::vector<std::function<waiting_call()>> calls{
        queue_get,
        queue_put,
        queue_join,
        pipe_poll,
        [this] { return gates.future_get(); },
        [this] { return gates.future_exception(); },
        [this] { return gates.wait_for_all(); },
        [this] { return gates.next_of_a_stream(); },
        [this] { return gates.next_completed(); },
        [this] { return gates.process_join(); },
        [this] { return gates.shutdown(); },
    };

    void expect_in_vain(any_limit given)
    {
        for (const auto& make : calls) {
            const waiting_call call = make();
            BOOST_TEST(!call.comes_within(given), call.name << " has waited");
            call.let_come();
        }
    }
};

bool is_asleep(pid_t thread)
{
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    const std::string stat(std::istreambuf_iterator<char>(file), {});
    return stat.find(") S ") != std::string::npos;
}

/// What a call gives for which there is something only when it waits, or has given up.
bool comes_late(const waiting_call& call, any_limit given)
{
    std::promise<pid_t> thread;
    auto came = std::async(std::launch::async, [&] {
        thread.set_value(::gettid());
        return call.comes_within(given);
    });
    const pid_t id = thread.get_future().get();
    const auto is_over = [&] { return came.wait_for(0s) == std::future_status::ready; };
    BOOST_TEST(eventually([&] { return is_asleep(id) || is_over(); }));
    call.let_come();
    return came.get();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_time_limits, every_call)

BOOST_AUTO_TEST_CASE(a_limit_that_is_not_above_zero_has_passed)
{
    for (const any_limit given : {any_limit(0h), any_limit(-1h), any_limit(nanoseconds::min()), any_limit(hours::min()),
                                  any_limit(seconds_of_any_size(-1e300)),
                                  any_limit(seconds_of_any_size(std::numeric_limits<double>::quiet_NaN()))})
        expect_in_vain(given);
}

BOOST_AUTO_TEST_CASE(a_limit_may_be_a_fraction)
{
    expect_in_vain(seconds_of_any_size(0.001));
}

BOOST_AUTO_TEST_CASE(a_limit_beyond_the_clocks_range_is_none)
{
    for (const any_limit given : {any_limit(hours::max()), any_limit(hours(24 * 365 * 300)),
                                  any_limit(nanoseconds::max()), any_limit(seconds_of_any_size(1e300))})
        for (const auto& make : calls) {
            const waiting_call call = make();
            BOOST_TEST(comes_late(call, given), call.name << " has not waited");
        }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
