// SPDX-License-Identifier: BSL-1.0
#include "soak/troublemaker.hpp"

#include "support/workers.hpp"

#include <csignal>
#include <utility>

namespace procpool::soak {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t tasks_for_a_deed = 30;
constexpr auto look_every = 1ms;
constexpr auto longest_stop = 3s; // beyond all limits of tasks: a worker that still waits then is nobody's concern

} // namespace

troublemaker::troublemaker(std::string workers_name, std::uint32_t seed, soak::tally& tally)
    : name_(std::move(workers_name)),
      tally_(tally),
      random_(seed),
      thread_([this](const std::stop_token& stopping) { run(stopping); })
{
}

troublemaker::~troublemaker()
{
    thread_.request_stop();
    thread_.join();
    while (!stopped_.empty())
        continue_last();
}

void troublemaker::run(const std::stop_token& stopping)
{
    while (!stopping.stop_requested()) {
        if (is_due())
            act();
        else
            std::this_thread::sleep_for(look_every);
        continue_some();
    }
}

bool troublemaker::is_due() const
{
    return tally_.tasks() > deeds_ * tasks_for_a_deed;
}

void troublemaker::act()
{
    ++deeds_;
    if (!stopped_.empty() && stopped_.back().briefly)
        continue_last();
    const auto candidates = test::workers_named(name_);
    if (candidates.empty())
        return;
    auto victim = test::find_worker(name_, candidates[random_() % candidates.size()]);
    if (!victim)
        return;
    if (deeds_ % 2 == 0)
        kill(*victim);
    else
        stop(std::move(*victim));
}

void troublemaker::kill(const test::watched_process& victim)
{
    if (victim.kill(SIGKILL))
        tally_.add(trouble::killed);
}

void troublemaker::stop(test::watched_process victim)
{
    if (!victim.kill(SIGSTOP))
        return;
    tally_.add(trouble::stopped);
    stopped_.push_back({std::move(victim), std::chrono::steady_clock::now(), random_() % 2 == 0});
}

void troublemaker::continue_some()
{
    while (!stopped_.empty() && std::chrono::steady_clock::now() - stopped_.front().when > longest_stop) {
        go_on(stopped_.front());
        stopped_.pop_front();
    }
}

void troublemaker::continue_last()
{
    go_on(stopped_.back());
    stopped_.pop_back();
}

void troublemaker::go_on(const stopped_worker& again)
{
    if (again.process.kill(SIGCONT))
        tally_.add(trouble::continued);
}

} // namespace procpool::soak
