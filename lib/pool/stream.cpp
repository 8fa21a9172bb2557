// SPDX-License-Identifier: BSL-1.0
#include "pool/stream.hpp"

#include "by_pool.hpp"
#include "pool/pool_impl.hpp"

#include <procpool/detail/throw_error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>

namespace procpool::detail {
namespace {

constexpr std::size_t chunks_per_worker = 4; // one runs, one is next, and two are on their way back or wait for it

// A worker that finds its elements longer than those before them sends back what it has.
constexpr chunk_budget usual_budget{.time_ns = 4 * std::chrono::nanoseconds(chunk_size::aim).count()};
constexpr chunk_budget no_budget{.time_ns = std::numeric_limits<std::uint64_t>::max()};

// Those would hold for all elements of a task together.
bool is_for_one(const submit_options& task)
{
    return task.timeout || task.soft_timeout || task.queue_timeout || task.deadline || task.retries != 0;
}

std::optional<std::size_t> told_size(const map_options& options)
{
    return options.chunk_size || !is_for_one(options.task) ? options.chunk_size : 1;
}

bool is_end_of_pool(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& e) {
        return e.code() == errc::pool_closed || e.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

} // namespace

stream::stream(const std::shared_ptr<pool_impl>& pool, stream_setup setup)
    : pool_(pool),
      head_(std::move(setup.head)),
      source_(std::move(setup.source)),
      options_(setup.options.task),
      size_(told_size(setup.options)),
      buffer_size_(setup.options.buffer_size),
      in_order_(setup.in_order),
      arrivals_(std::make_shared<completions>(pool))
{
}

stream::~stream()
{
    cancel();
}

std::size_t stream::window() const noexcept
{
    return chunks_per_worker * pool_->most_workers();
}

chunk_budget stream::budget() const noexcept
{
    return size_.is_fixed() ? no_budget : usual_budget;
}

void stream::fill()
{
    while (!input_over_ && has_room())
        read_chunk();
    watch_first();
}

// For a whole task. To refill each place that becomes free would send one task for each element.
bool stream::has_room() const noexcept
{
    return buffer_size_ ? elements_out_ + next_size() <= *buffer_size_ : chunks_.size() < window();
}

// Without a chunk_size a task has no more than its share of the buffer, so that all workers have work.
std::size_t stream::next_size() const noexcept
{
    if (!buffer_size_)
        return size_.next();
    const std::size_t most = size_.is_fixed() ? *buffer_size_ : std::max<std::size_t>(1, *buffer_size_ / window());
    return std::min(size_.next(), most);
}

void stream::read_chunk()
{
    chunk filled;
    std::exception_ptr failure;
    const std::size_t most = next_size();
    try {
        while (filled.count != most && !is_full(filled) && read_element_into(filled))
            ++filled.count;
    } catch (...) {
        failure = std::current_exception();
    }
    const auto place = std::exchange(read_, read_ + filled.count);
    if (filled.count != 0)
        submit(place, std::move(filled));
    if (failure)
        fail(read_++, failure);
}

bool stream::is_full(const chunk& filled) const noexcept
{
    return !size_.is_fixed() && filled.elements.size() >= chunk_size::most_bytes;
}

bool stream::read_element_into(chunk& to)
{
    if (scratch_.bytes.shared()) // there are few regions
        scratch_.bytes = {};
    scratch_.bytes.clear();
    if (!source_->next(scratch_)) {
        end_input();
        return false;
    }
    append_element(to.elements, scratch_.bytes, false);
    return true;
}

// Of several elements some may come back unanswered.
void stream::submit(std::uint64_t place, chunk filled)
{
    call made{.bytes = head_.bytes, .modules = head_.modules, .attached = {}};
    const auto limits = budget();
    made.bytes.share(filled.elements.size());
    made.bytes.append(&limits, sizeof(limits));
    made.bytes.append(filled.elements.data(), filled.elements.size());
    filled.task = future_ptr(new future_state(std::move(made), options_, pool_), false);
    detail::submit(pool_, filled.task, full_queue::always_wait);
    if (filled.count == 1)
        filled.elements = {};
    keep(place, std::move(filled));
}

// In the place of an element that could not be read.
void stream::fail(std::uint64_t place, std::exception_ptr why)
{
    chunk failed{.elements = {}, .count = 1, .task = future_ptr(new future_state({}, options_, pool_), false)};
    failed.task->settle({.error = std::move(why)});
    keep(place, std::move(failed));
}

void stream::keep(std::uint64_t place, chunk submitted)
{
    elements_out_ += submitted.count;
    if (!in_order_)
        completions::watch(arrivals_, submitted.task, place);
    chunks_.emplace(place, std::move(submitted));
}

void stream::watch_first()
{
    if (!in_order_ || chunks_.empty() || watched_)
        return;
    watched_ = chunks_.begin()->first;
    completions::watch(arrivals_, chunks_.begin()->second.task, *watched_);
}

std::optional<stream_element> stream::next(deadline until)
{
    for (;;) {
        if (auto here = next_now())
            return here;
        if (at_end())
            return {};
        if (!arrivals_->wait(1, until, "procpool::result_stream::next()"))
            throw_next_timed_out();
    }
}

std::optional<stream_element> stream::next_now()
{
    if (!has_answer()) {
        const auto arrived = chunks_.empty() ? std::nullopt : arrivals_->take();
        if (!arrived)
            return {};
        take_arrived(*arrived);
    }
    --elements_out_;
    fill();
    place_ = next_place_++;
    return current_->take();
}

void stream::take_arrived(std::uint64_t place)
{
    watched_.reset();
    next_place_ = place;
    auto arrived = std::move(chunks_.extract(place).mapped());
    current_.emplace(arrived.task->take(), arrived.count);
    learn_from(*current_);
    if (current_->covered() < arrived.count)
        send_again(place, arrived);
}

void stream::learn_from(const chunk_answer& answer)
{
    if (!answer.failed())
        return size_.ran(answer.answered(), answer.ran(), answer.bytes());
    if (answer.is_pools_own() && is_end_of_pool(answer.failure())) // as would be all that follows
        end_input();
}

// What was not begun, in parts of the size that is known to be right now.
void stream::send_again(std::uint64_t place, const chunk& partly_answered)
{
    byte_source elements(partly_answered.elements);
    take_elements(elements, current_->covered());
    place += current_->covered();
    std::size_t left = partly_answered.count - current_->covered();
    elements_out_ -= left;
    while (left != 0) {
        chunk again;
        again.count = std::min(left, size_.next());
        const auto bytes = take_elements(elements, again.count);
        again.elements.append(bytes.data(), bytes.size());
        left -= again.count;
        const std::size_t count = again.count;
        submit(place, std::move(again));
        place += count;
    }
}

void stream::end_input() noexcept
{
    input_over_ = true;
    source_.reset();
}

void stream::cancel() noexcept
{
    end_input();
    if (!pool_->is_original()) // the tasks are the original's, another thread of which may have held the pool's mutex
        return;
    current_.reset();
    for (const auto& [place, each] : std::exchange(chunks_, {}))
        detail::cancel(pool_, each.task, false);
    arrivals_->detach_any();
}

std::shared_ptr<stream_state> make_stream(const std::shared_ptr<pool_impl>& pool, stream_setup setup)
{
    validate(setup.options);
    auto made = std::make_shared<stream>(pool, std::move(setup));
    made->fill();
    return made;
}

void throw_no_element_yet()
{
    throw std::logic_error("procpool::result_stream::index() was asked before the stream has given an element: call "
                           "next() or async_next() first");
}

void throw_stream_cancelled()
{
    throw by_pool(error_with(boost::asio::error::operation_aborted, "the wait for a result of a stream was cancelled"));
}

} // namespace procpool::detail
