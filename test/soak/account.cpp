// SPDX-License-Identifier: BSL-1.0
#include "soak/account.hpp"

#include <procpool/error.hpp>

#include <boost/asio/error.hpp>

#include <cstring>

namespace procpool::soak {
namespace {

outcome outcome_of(const boost::system::error_code& code, bool is_given_up)
{
    if (code == boost::asio::error::operation_aborted)
        return is_given_up ? outcome::given_up : outcome::aborted;
    if (code == errc::timed_out)
        return outcome::timed_out;
    if (code == errc::queue_timed_out)
        return outcome::queue_timed_out;
    if (code == errc::deadline_exceeded)
        return outcome::deadline_exceeded;
    if (code == errc::quarantined)
        return outcome::quarantined;
    if (code == errc::pool_closed)
        return outcome::pool_closed;
    return code == errc::start_failed ? outcome::start_failed : outcome::unexpected;
}

bool never_ran(outcome told)
{
    return told == outcome::queue_timed_out || told == outcome::pool_closed;
}

} // namespace

account::account(soak::tally& tally) : tally_(tally) {}

void account::open(assignment& made)
{
    made.what.ledger = file_;
    made.what.number = used_;
    entry& its = entries_[used_++];
    its.expected = answer_to(made.what);
    its.most_runs = made.options.retries + 1;
    ++outstanding_;
}

void account::close(std::size_t number, const std::exception_ptr& error, std::uint64_t answer)
{
    entry& its = entries_[number];
    const outcome told = classify(its, error, answer);
    if (its.told.exchange(told) != outcome::none) {
        its.told = outcome::twice;
        return;
    }
    tally_.add(told);
    --outstanding_;
    outstanding_.notify_one();
}

outcome account::classify(const entry& of, const std::exception_ptr& error, std::uint64_t answer) const
{
    if (!error)
        return answer == of.expected ? outcome::returned : outcome::unexpected;
    try {
        std::rethrow_exception(error);
    } catch (const worker_crashed&) {
        return outcome::crashed;
    } catch (const boost::system::system_error& failure) {
        const outcome told = outcome_of(failure.code(), of.is_given_up);
        if (told == outcome::unexpected)
            tally_.fault(std::string("an outcome that nothing here can bring about: ") + failure.what());
        return told;
    } catch (const std::exception& thrown) {
        return std::strcmp(thrown.what(), failure_text) == 0 ? outcome::threw : outcome::unexpected;
    }
}

void account::wait_until_at_most(std::size_t tasks) const
{
    for (std::size_t now = outstanding_; now > tasks; now = outstanding_)
        outstanding_.wait(now);
}

void account::audit() const
{
    for (std::size_t number = 0; number != used_; ++number) {
        const auto wrong = contradiction(entries_[number], ledger_.count(number));
        if (!wrong.empty())
            tally_.fault("task " + std::to_string(number) + ": outcome \"" + name_of(entries_[number].told) + "\", " +
                         std::to_string(ledger_.count(number)) + " runs: " + wrong);
    }
}

std::string account::contradiction(const entry& of, unsigned runs)
{
    const outcome told = of.told;
    if (told == outcome::none || told == outcome::twice || told == outcome::unexpected)
        return "each task has exactly one outcome, and an expected one";
    if (runs > of.most_runs)
        return "it may run " + std::to_string(of.most_runs) + " times";
    if (never_ran(told) && runs != 0)
        return "it must not have run";
    if ((told == outcome::returned || told == outcome::threw) && runs == 0)
        return "it must have run";
    return {};
}

} // namespace procpool::soak
