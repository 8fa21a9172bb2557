// SPDX-License-Identifier: BSL-1.0
#include "simulation.hpp"

#include <algorithm>
#include <cmath>

using namespace procpool::schedule;

namespace {

constexpr auto start_of_a_worker = std::chrono::milliseconds(1);
constexpr double shape = 1.5; // of Pareto's distribution: finite mean, no finite variance

// The same for each task in every run, and far from the next task's (splitmix64).
double uniform(std::uint64_t id)
{
    std::uint64_t x = id * 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return (static_cast<double>((x ^ (x >> 31)) >> 11) + 0.5) * 0x1p-53;
}

double percentile(std::vector<double>& values, double part)
{
    if (values.empty())
        return 0;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

double microseconds(duration d)
{
    return static_cast<double>(d.count()) * 1e-3;
}

} // namespace

simulation::simulation(const scenario& what)
    : what_(what),
      scheduler_({.max_workers = what.workers, .min_workers = what.workers}),
      tasks_(what.tasks),
      began_(what.tasks)
{
    for (std::size_t i = 0; i != tasks_.size(); ++i) {
        tasks_[i].id = i + 1;
        tasks_[i].priority = static_cast<int>(i % what.priorities);
    }
}

std::chrono::nanoseconds simulation::run_time_of(const task& t) const
{
    const double mean = static_cast<double>(what_.mean_run.count());
    const double least = mean * (shape - 1) / shape;
    return std::chrono::nanoseconds(std::llround(std::min(least * std::pow(uniform(t.id), -1 / shape), 1000 * mean)));
}

// Evenly, at the rate that the scenario's load means; or all at once.
time_point simulation::arrival_of(std::uint64_t id) const
{
    if (what_.load == 0)
        return start_;
    const double gap = static_cast<double>(what_.mean_run.count()) / static_cast<double>(what_.workers) / what_.load;
    return start_ + std::chrono::nanoseconds(std::llround(gap * static_cast<double>(id)));
}

findings simulation::run()
{
    const auto real_start = std::chrono::steady_clock::now();
    scheduler_.open(now_);
    perform_all();
    events_.push({arrival_of(1), 0});
    while (done_ != tasks_.size()) {
        const event next = events_.top();
        events_.pop();
        now_ = std::max(now_, next.when);
        happen(next);
        perform_all();
    }
    return judge(std::chrono::steady_clock::now() - real_start);
}

void simulation::happen(const event& what)
{
    if (what.worker == 0)
        submit_next();
    else if (!workers_.contains(what.worker)) {
        workers_.try_emplace(what.worker);
        scheduler_.worker_ready(what.worker, now_);
    } else
        end_of_run(what.worker);
}

void simulation::submit_next()
{
    arrivals arrived;
    while (submitted_ != tasks_.size() && arrival_of(submitted_ + 1) <= now_)
        arrived.push(tasks_[submitted_++]);
    scheduler_.submit(std::move(arrived), now_);
    if (submitted_ != tasks_.size())
        events_.push({arrival_of(submitted_ + 1), 0});
}

void simulation::perform_all()
{
    while (const auto next = scheduler_.next_action()) {
        ++actions_;
        perform(*next);
    }
}

void simulation::perform(const action& next)
{
    switch (next.kind) {
    case action_kind::spawn:
        return events_.push({now_ + start_of_a_worker, next.on});
    case action_kind::send:
        return send(next.on, next.about, next.count);
    case action_kind::take_back:
        return take_back(next.on, *next.about);
    default: // answers are never held back here, and nobody cancels, crashes or is late
        return;
    }
}

void simulation::send(worker_id to, task* first, std::size_t count)
{
    worker& w = workers_.at(to);
    for (task* t = first; count != 0; --count, t = t->next)
        w.sent.push_back(t);
    if (!w.runs)
        begin(to, w);
}

void simulation::take_back(worker_id from, task& t)
{
    auto& sent = workers_.at(from).sent;
    const bool runs = sent.front() == &t;
    if (!runs)
        sent.erase(std::find(sent.begin(), sent.end(), &t));
    scheduler_.taken_back(t, !runs, now_);
}

void simulation::begin(worker_id id, worker& w)
{
    w.runs = !w.sent.empty();
    if (!w.runs)
        return;
    const task& t = *w.sent.front();
    began_[t.id - 1] = now_;
    events_.push({now_ + run_time_of(t), id});
}

void simulation::end_of_run(worker_id id)
{
    worker& w = workers_.at(id);
    task& t = *w.sent.front();
    w.sent.pop_front();
    const auto ran = run_time_of(t);
    worked_ += ran;
    longest_ = std::max(longest_, ran);
    ++done_;
    begin(id, w);
    scheduler_.answered(t, {.ran = ran}, now_);
}

findings simulation::judge(std::chrono::nanoseconds real) const
{
    const double count = static_cast<double>(tasks_.size());
    findings found;
    found.real_ns_per_task = static_cast<double>(real.count()) / count;
    found.actions_per_task = static_cast<double>(actions_) / count;
    const auto shortest = std::max(worked_ / static_cast<std::int64_t>(what_.workers), longest_);
    found.efficiency = microseconds(shortest) / microseconds(now_ - start_);
    for (std::size_t priority = 0; priority != what_.priorities; ++priority) {
        std::vector<double> waits;
        for (std::size_t i = priority; i < tasks_.size(); i += what_.priorities)
            waits.push_back(microseconds(began_[i] - arrival_of(i + 1)));
        found.wait_p50_us.push_back(percentile(waits, 0.5));
        found.wait_p99_us.push_back(percentile(waits, 0.99));
    }
    return found;
}
