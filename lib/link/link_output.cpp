// SPDX-License-Identifier: BSL-1.0
// The link's part that reads what the worker writes to stdout and stderr.
#include "link/link.hpp"

#include <algorithm>

namespace procpool::link {
namespace {

constexpr std::size_t most_at_once = std::size_t{128} * 1024; // then the others have their turn

} // namespace

void link::open_output(const boost::asio::any_io_executor& executor, launched& worker, const launch_plan& plan)
{
    const auto open = [&](os::descriptor& read_end, output_stream stream, output where) {
        if (read_end)
            outputs_.push_back({{executor, std::move(read_end), stream, where == output::capture, worker.ends.nonce}});
    };
    open(worker.ends.out, output_stream::out, plan.out);
    open(worker.ends.err, output_stream::err, plan.err);
}

void link::resume_output()
{
    output_is_enough_ = false;
    for (std::size_t index = 0; index != outputs_.size(); ++index)
        if (!outputs_[index].is_watched && outputs_[index].pipe.is_open())
            watch_output(index);
}

void link::watch_output(std::size_t index)
{
    outputs_[index].is_watched = true;
    outputs_[index].pipe.async_readable(
        [self = shared_from_this(), pool = events_, index](boost::system::error_code error) {
            if (!error)
                pool->enter(*self, &link::on_output, index);
        });
}

void link::on_output(std::size_t index)
{
    auto& each = outputs_[index];
    each.is_watched = false;
    if (!events_)
        return;
    read_output(each.pipe, most_at_once);
    if (!output_is_enough_ && each.pipe.is_open())
        watch_output(index);
    events_->batch_done();
}

void link::read_output(output_pipe& from, std::size_t most)
{
    from.read(most, [&](const auto& line) { take_line(from, line); });
}

// Also when there is enough: it is not more than a pipe holds.
void link::read_captured()
{
    for (auto& each : outputs_)
        if (each.pipe.is_captured())
            read_output(each.pipe, os::largest_pipe);
}

void link::end_output()
{
    for (auto& each : outputs_)
        each.pipe.end([&](const auto& line) { take_line(each.pipe, line); });
}

// A worker may write any mark: it speaks for the tasks that it has, and for no others.
void link::take_line(const output_pipe& from, line_splitter::line line)
{
    if (line.task != 0 && line.task != speaker_)
        speaker_ = slots_.has(line.task) ? line.task : 0;
    if (line.task != speaker_)
        line.task = 0;
    if (from.stream() == output_stream::err && !line.is_rest)
        last_lines_.add(line.text);
    if (events_ && !events_->worker_wrote(*this, from, line))
        output_is_enough_ = true;
}

} // namespace procpool::link
