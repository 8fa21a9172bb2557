// SPDX-License-Identifier: BSL-1.0
#include "soak/submit.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace procpool::soak {
namespace {

namespace asio = boost::asio;
using strand = asio::strand<asio::any_io_executor>;
using book_ptr = std::shared_ptr<account>;

/// Where a task's caller lives, with the timer that is its patience.
struct caller {
    caller(const pool& of, const assignment& made) : place(asio::make_strand(of.get_executor())), timer(place)
    {
        timer.expires_after(made.patience);
    }

    strand place;
    asio::steady_timer timer;
    asio::cancellation_signal signal{};
};

asio::cancellation_type type_for(std::size_t number)
{
    using enum asio::cancellation_type;
    return std::array{terminal, partial, terminal | partial | total, total}.at(number % 4);
}

void by_callback(pool& to, const assignment& made, const book_ptr& book)
{
    const auto self = std::make_shared<caller>(to, made);
    const auto number = made.what.number;
    to.async_submit(
        made.options, perform, made.what,
        asio::bind_executor(self->place, asio::bind_cancellation_slot(
                                             self->signal.slot(), [book, self, number](const std::exception_ptr& error,
                                                                                       std::uint64_t answer) {
                                                 book->close(number, error, answer);
                                             })));
    if (made.is_given_up)
        self->timer.async_wait([book, self, number](boost::system::error_code) {
            book->give_up(number);
            self->signal.emit(type_for(number));
        });
}

void take(future<std::uint64_t>& from, account& book, std::size_t number)
{
    std::uint64_t answer = 0;
    std::exception_ptr failure;
    try {
        answer = from.get();
    } catch (...) {
        failure = std::current_exception();
    }
    book.close(number, failure, answer);
}

void by_future(pool& to, const assignment& made, const book_ptr& book)
{
    const auto self = std::make_shared<caller>(to, made);
    const auto number = made.what.number;
    const auto promised = std::make_shared<future<std::uint64_t>>(to.async_submit(made.options, perform, made.what));
    if (made.is_given_up)
        self->timer.async_wait([book, self, promised, number](boost::system::error_code) {
            if (!promised->valid())
                return;
            book->give_up(number);
            promised->cancel();
        });
    promised->async_wait(asio::bind_executor(
        self->place, [book, promised, number](boost::system::error_code) { take(*promised, *book, number); }));
}

template <class Operation>
asio::awaitable<void, strand> await_outcome(Operation op, book_ptr book, std::size_t number)
{
    std::uint64_t answer = 0;
    std::exception_ptr failure;
    try {
        answer = co_await std::move(op)(asio::use_awaitable_t<strand>());
    } catch (...) {
        failure = std::current_exception();
    }
    book->close(number, failure, answer);
}

asio::awaitable<void, strand> lose_patience(std::shared_ptr<caller> self, book_ptr book, std::size_t number)
{
    co_await self->timer.async_wait(asio::use_awaitable_t<strand>());
    book->give_up(number);
}

// The pool may be destroyed before the coroutine begins, so it gets the operation and not the pool.
void by_coroutine(pool& to, const assignment& made, const book_ptr& book)
{
    using namespace asio::experimental::awaitable_operators;
    const auto self = std::make_shared<caller>(to, made);
    const auto number = made.what.number;
    auto outcome = await_outcome(to.async_submit(made.options, perform, made.what, asio::deferred), book, number);
    if (made.is_given_up)
        asio::co_spawn(self->place, std::move(outcome) || lose_patience(self, book, number), asio::detached);
    else
        asio::co_spawn(self->place, std::move(outcome), asio::detached);
}

} // namespace

void submit(pool& to, assignment made, const book_ptr& book)
{
    book->open(made);
    switch (made.by) {
    case way::callback:
        return by_callback(to, made, book);
    case way::future:
        return by_future(to, made, book);
    case way::coroutine:
        return by_coroutine(to, made, book);
    }
}

} // namespace procpool::soak
