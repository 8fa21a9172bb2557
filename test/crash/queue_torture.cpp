// SPDX-License-Identifier: BSL-1.0
// own executable
// Kills who puts and who gets, inside put and get and anywhere else, and holds each item to account. Argument, after
// "--": kills.
#include "support/processes.hpp"
#include "support/skip.hpp"

#include <procpool.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace procpool::test;
using procpool::detail::queue_step;

constexpr std::size_t most_items = 2'000; // of one producer
constexpr std::size_t room = 50;
constexpr std::size_t of_each_kind = 3; // at a time

std::size_t wanted_kills()
{
    const auto& suite = boost::unit_test::framework::master_test_suite();
    if (suite.argc < 2)
        return is_sanitized ? 100 : 1'000;
    return std::stoul(suite.argv[1]);
}

/// What a producer has put, and what consumers have seen of it: in memory that outlives whoever is killed.
struct account {
    std::atomic<std::uint32_t> put;
    std::array<std::atomic<std::uint8_t>, most_items + 1> seen;
};

/// All accounts, in a file.
class accounts {
public:
    accounts(const std::string& path, std::size_t producers) : size_(producers * sizeof(account))
    {
        const procpool::detail::descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (::ftruncate(file.get(), static_cast<off_t>(size_)) != 0)
            throw std::runtime_error("the accounts cannot be opened");
        all_ = static_cast<account*>(::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0));
    }
    accounts(const accounts&) = delete;
    accounts& operator=(const accounts&) = delete;
    ~accounts() { ::munmap(all_, size_); }

    account& operator[](std::size_t producer) const { return all_[producer]; }

private:
    std::size_t size_;
    account* all_;
};

struct item {
    std::uint32_t producer = 0;
    std::uint32_t number = 0;
    std::vector<std::uint32_t> content{};
};

// Most are short; some take long to copy.
std::vector<std::uint32_t> content_of(std::uint32_t producer, std::uint32_t number)
{
    std::minstd_rand random(producer * 10'007 + number);
    const auto length = random() % 40 == 0 ? random() % 50'000 : random() % 50;
    std::vector<std::uint32_t> content(length);
    std::ranges::generate(content, random);
    return content;
}

/// How and where one participant is to die.
struct death {
    bool at_step = false;
    queue_step step{};
    std::uint32_t nth = 0;
    std::uint32_t after_us = 0; ///< Not at a step: by a timer, at any instruction. 0: not at all.

    bool is_planned() const { return at_step || after_us != 0; }
};

queue_step deadly_step;
std::uint32_t steps_left;

void die_at_step(queue_step step)
{
    if (step == deadly_step && --steps_left == 0)
        std::raise(SIGKILL);
}

void await_death(const death& planned)
{
    deadly_step = planned.step;
    steps_left = planned.nth;
    procpool::detail::watch_queue_steps(planned.at_step ? die_at_step : nullptr);
    if (planned.after_us == 0)
        return;
    sigevent killing{};
    killing.sigev_notify = SIGEV_SIGNAL;
    killing.sigev_signo = SIGKILL;
    timer_t timer{};
    ::timer_create(CLOCK_MONOTONIC, &killing, &timer);
    const itimerspec when{{0, 0}, {0, static_cast<long>(planned.after_us) * 1000}};
    ::timer_settime(timer, 0, &when, nullptr);
}

struct role {
    std::uint32_t number = 0;
    std::string accounts_file{};
    std::size_t producers = 0;
    death planned{};
};

void produce(procpool::queue<item> into, const role& mine)
{
    const accounts all(mine.accounts_file, mine.producers);
    account& own = all[mine.number];
    await_death(mine.planned);
    for (std::uint32_t number = 0; number != most_items; ++number) {
        into.put({mine.number, number, content_of(mine.number, number)});
        own.put.store(number + 1);
    }
}

// Until the queue is closed. Returns what is wrong, if anything is.
std::string consume(procpool::queue<item> from, const role& mine)
try {
    const accounts all(mine.accounts_file, mine.producers);
    std::map<std::uint32_t, std::uint32_t> next;
    await_death(mine.planned);
    for (;;) {
        const item got = from.get();
        if (got.producer >= mine.producers || got.number >= most_items)
            return "an item of nobody";
        all[got.producer].seen[got.number].fetch_add(1);
        if (got.content != content_of(got.producer, got.number))
            return "a corrupt item";
        if (got.number < next[got.producer])
            return "an item behind a later one";
        next[got.producer] = got.number + 1;
    }
} catch (const boost::system::system_error& error) {
    return error.code() == make_error_code(procpool::errc::queue_closed) ? "" : error.what();
}

class torture {
public:
    explicit torture(std::size_t kills)
        : wanted_(kills),
          producers_(2 * kills + 100),
          accounts_((folder_ / "accounts").string(), producers_),
          pool_(context_, {.workers = 2 * of_each_kind, .max_pending = 2 * of_each_kind})
    {
    }

    void run()
    {
        for (std::size_t i = 0; i != of_each_kind; ++i) {
            start_producer();
            start_consumer();
        }
        context_.run();
    }
    void check() const;
    void print() const
    {
        std::cout << "killed " << kills_ << " (" << kills_at_steps_ << " inside put or get); " << items_
                  << " items got, " << lost_ << " lost in the hands of killed consumers (at most " << may_be_lost_
                  << ")\n";
    }

private:
    role next_role(std::uint32_t number, bool is_consumer)
    {
        return {number, (folder_ / "accounts").string(), producers_, plan(is_consumer)};
    }
    death plan(bool is_consumer)
    {
        if (kills_ >= wanted_ || is_closed_)
            return {};
        const auto nth = 1 + random_() % 100;
        if (random_() % 5 < 2)
            return {.after_us = static_cast<std::uint32_t>(1 + random_() % 20'000)};
        const auto steps = is_consumer ? 6U : 5U; // a producer gives nothing back
        return {true, static_cast<queue_step>(random_() % steps), static_cast<std::uint32_t>(nth)};
    }

    void start_producer()
    {
        if (kills_ >= wanted_ || started_ == producers_)
            return end_if_last();
        ++producing_;
        const auto mine = next_role(started_++, false);
        pool_.async_submit(produce, queue_, mine, [this, mine](std::exception_ptr failure) {
            --producing_;
            count(failure, mine.planned);
            start_producer();
        });
    }
    // Nothing more is put when all producers are gone.
    void end_if_last()
    {
        if (producing_ != 0 || is_closed_)
            return;
        is_closed_ = true;
        queue_.close();
    }

    void start_consumer()
    {
        ++consuming_;
        const auto mine = next_role(0, true);
        pool_.async_submit(consume, queue_, mine, [this, mine](std::exception_ptr failure, const std::string& wrong) {
            --consuming_;
            BOOST_TEST(wrong == "");
            if (count(failure, mine.planned))
                may_be_lost_ += !mine.planned.at_step || mine.planned.step >= queue_step::committed;
            if (failure)
                start_consumer();
            else if (consuming_ == 0)
                pool_.close();
        });
    }

    bool count(const std::exception_ptr& failure, const death& planned)
    {
        if (!failure)
            return false;
        try {
            std::rethrow_exception(failure);
        } catch (const procpool::worker_crashed& crash) {
            BOOST_TEST(crash.status().signal.value_or(0) == SIGKILL);
            BOOST_TEST(planned.is_planned());
        } catch (const std::exception& other) {
            BOOST_ERROR(other.what());
        }
        ++kills_;
        kills_at_steps_ += planned.at_step;
        return true;
    }

    const std::size_t wanted_;
    const std::size_t producers_;
    temporary_directory folder_;
    accounts accounts_;
    boost::asio::io_context context_;
    procpool::queue<item> queue_{room};
    procpool::pool pool_;
    std::minstd_rand random_{20'261};
    std::uint32_t started_ = 0; // producers
    std::size_t producing_ = 0;
    std::size_t consuming_ = 0;
    std::size_t kills_ = 0;
    std::size_t kills_at_steps_ = 0;
    std::size_t may_be_lost_ = 0;
    bool is_closed_ = false;
    mutable std::size_t items_ = 0;
    mutable std::size_t lost_ = 0;
};

// What a producer was about to put when it was killed may have been put or not.
void torture::check() const
{
    std::size_t twice = 0;
    std::size_t out_of_nothing = 0;
    for (std::size_t producer = 0; producer != started_; ++producer) {
        const account& each = accounts_[producer];
        for (std::size_t number = 0; number != each.seen.size(); ++number) {
            const unsigned seen = each.seen[number];
            items_ += seen;
            twice += seen > 1;
            lost_ += number < each.put && seen == 0;
            out_of_nothing += number > each.put && seen != 0;
        }
    }
    BOOST_TEST(twice == 0u);
    BOOST_TEST(out_of_nothing == 0u);
    BOOST_TEST(lost_ <= may_be_lost_);
    BOOST_TEST(queue_.empty());
    BOOST_TEST(kills_ >= wanted_);
    BOOST_TEST(kills_at_steps_ >= wanted_ / 2);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(crash_queue_torture, nothing_left_behind)

BOOST_AUTO_TEST_CASE(whoever_is_killed_the_others_lose_nothing_get_nothing_twice_and_never_hang)
{
    torture all(wanted_kills());
    all.run();
    all.check();
    all.print();
}

BOOST_AUTO_TEST_SUITE_END()
