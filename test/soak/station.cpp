// SPDX-License-Identifier: BSL-1.0
#include "soak/station.hpp"

#include "soak/leftovers.hpp"
#include "soak/submit.hpp"

#include <chrono>
#include <utility>

namespace procpool::soak {
namespace {

using namespace std::chrono_literals;

constexpr unsigned tasks_of_a_life = 4'000; // on average
constexpr unsigned tasks_of_a_size = 50;
constexpr unsigned most_workers = 4;

/// Sanitizers and assertions in a worker speak here.
void look_at(const output_line& line, tally& tally)
{
    const auto says = [&](const char* what) { return line.text.find(what) != std::string_view::npos; };
    if (says("Sanitizer") || says("runtime error:") || says("ssertion"))
        tally.fault("a worker wrote: " + std::string(line.text));
}

} // namespace

station::station(settings how, std::uint32_t seed, soak::tally& tally) : how_(std::move(how)), tally_(tally), mix_(seed)
{
    if (how_.threads != 0)
        loop_.emplace(how_.threads);
    how_.options.worker.stderr_to = output::capture;
    how_.options.worker.on_output = [&tally](const output_line& line) { look_at(line, tally); };
    how_.options.on_event = [&tally](const event& what) {
        if (what.kind == event_kind::worker_recycled)
            tally.add(trouble::recycled);
    };
    thread_ = std::thread([this] { run(); });
}

station::~station()
{
    stopping_ = true;
    thread_.join();
}

std::string station::describe() const
{
    return how_.name + " " + doing_.load() + " number " + std::to_string(lives_);
}

void station::run()
{
    while (!stopping_)
        live();
}

void station::live()
{
    const std::string mark = mark_next_life();
    const auto book = std::make_shared<account>(tally_);
    std::optional<procpool::pool> pool(make_pool());
    work(*pool, book);
    end(pool);
    pool.reset();
    doing_ = "waits for the last outcomes of pool";
    book->wait_until_at_most(0);
    doing_ = "waits for the end of the last processes of pool";
    if (!test::eventually([&] { return processes_marked(mark).empty(); }))
        tally_.fault(how_.name + ": processes of a pool outlive it");
    book->audit();
    tally_.add(trouble::pool_replaced);
}

// In the environment of all its processes.
std::string station::mark_next_life()
{
    auto& mark = how_.options.worker.env[marking_variable];
    mark = mark_of_this_process() + how_.name + "-" + std::to_string(++lives_);
    return *mark;
}

pool station::make_pool() const
{
    return loop_ ? procpool::pool(loop_->context(), how_.options) : procpool::pool(how_.options);
}

void station::work(procpool::pool& pool, const std::shared_ptr<account>& book)
{
    doing_ = "submits to pool";
    const std::size_t most_outstanding = std::size_t{16} << mix_.below(6);
    while (!stopping_ && !book->is_full() && !mix_.once_in(tasks_of_a_life)) {
        submit(pool, mix_.next(), book);
        if (mix_.once_in(tasks_of_a_size)) {
            pool.resize(1 + mix_.below(most_workers));
            tally_.add(trouble::resized);
        }
        book->wait_until_at_most(most_outstanding);
    }
}

void station::end(std::optional<procpool::pool>& pool)
{
    switch (mix_.below(4)) {
    case 0:
        doing_ = "destroys pool";
        return pool.reset();
    case 1:
        doing_ = "terminates pool";
        return pool->terminate();
    case 2:
        doing_ = "joins pool";
        return pool->join();
    default:
        doing_ = "shuts down pool";
        pool->async_shutdown(20ms, [](boost::system::error_code) {});
        return pool->join();
    }
}

} // namespace procpool::soak
