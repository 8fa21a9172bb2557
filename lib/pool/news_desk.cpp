// SPDX-License-Identifier: BSL-1.0
#include "pool/news_desk.hpp"

#include <utility>

namespace procpool::detail {
namespace {

std::size_t size_of(const news_desk::entry& each)
{
    const auto* line = std::get_if<output_line>(&each);
    return line ? sizeof(output_line) + line->text.size() : 0;
}

} // namespace

bool news_desk::add(output_line line)
{
    const std::scoped_lock lock(mutex_);
    in_use_ = true;
    bytes_ += size_of(entries_.emplace_back(std::move(line)));
    was_full_ |= bytes_ > limit;
    return !was_full_;
}

void news_desk::add(event what)
{
    const std::scoped_lock lock(mutex_);
    in_use_ = true;
    entries_.emplace_back(std::move(what));
}

void news_desk::add(settled_operations behind)
{
    const std::scoped_lock lock(mutex_);
    in_use_ = true;
    entries_.emplace_back(std::move(behind));
}

void news_desk::add(counted_tasks behind)
{
    const std::scoped_lock lock(mutex_);
    in_use_ = true;
    entries_.emplace_back(behind);
}

bool news_desk::begin()
{
    const std::scoped_lock lock(mutex_);
    return !std::exchange(is_delivering_, true);
}

std::optional<news_desk::entry> news_desk::next()
{
    const std::scoped_lock lock(mutex_);
    if (entries_.empty()) {
        is_delivering_ = false;
        in_use_ = false;
        return {};
    }
    std::optional<entry> first(std::move(entries_.front()));
    entries_.pop_front();
    bytes_ -= size_of(*first);
    return first;
}

void news_desk::end()
{
    const std::scoped_lock lock(mutex_);
    is_delivering_ = false;
}

bool news_desk::freed()
{
    const std::scoped_lock lock(mutex_);
    return bytes_ <= limit / 2 && std::exchange(was_full_, false);
}

void news_desk::clear()
{
    std::deque<entry> dropped; // handlers go outside of the lock
    const std::scoped_lock lock(mutex_);
    dropped.swap(entries_);
    bytes_ = 0;
}

} // namespace procpool::detail
