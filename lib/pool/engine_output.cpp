// SPDX-License-Identifier: BSL-1.0
// The engine's part that sends on what workers write.
#include "pool/engine.hpp"

#include "pool/pool_impl.hpp"

namespace procpool::detail {
namespace {

constexpr auto next_try = std::chrono::milliseconds(10); // when the reader of this process's stderr is slow

output_line captured(const link::link& from, const link::output_pipe& to, const link::line_splitter::line& line)
{
    return {.worker = from.number(),
            .pid = from.pid(),
            .task = line.task,
            .stream = to.stream(),
            .text = std::string(line.text),
            .is_whole = line.is_whole};
}

} // namespace

bool engine::worker_wrote(link::link& from, const link::output_pipe& to, const link::line_splitter::line& line)
{
    if (to.is_captured())
        return pool_.desk().add(captured(from, to, line));
    auto& relay = to.stream() == output_stream::out ? relay_out_ : relay_err_;
    relay.add(from.number(), line.text, line.goes_on);
    relay_is_full_ |= relay.is_full();
    return !relay.is_full();
}

void engine::resume_output()
{
    for (auto& [id, at] : seats_)
        at.link->resume_output();
    if (fork_server_)
        fork_server_->resume_output();
    turn();
}

bool engine::has_writers() const noexcept
{
    return !seats_.empty() || (fork_server_ && fork_server_->is_running());
}

// Never waits: what this process's own streams do not take now is tried again, until the last worker is gone.
void engine::relay_output()
{
    if (relay_out_.empty() && relay_err_.empty())
        return;
    relay_out_.write();
    relay_err_.write();
    if (!has_writers() || relay_timer_is_set_ || (!relay_is_full_ && relay_out_.empty() && relay_err_.empty()))
        return;
    relay_timer_is_set_ = true;
    relay_timer_.expires_after(relay_out_.empty() && relay_err_.empty() ? std::chrono::milliseconds(0) : next_try);
    relay_timer_.async_wait([pool = pool_.shared_from_this(), this](boost::system::error_code error) {
        if (!error)
            pool->run([this](runner&) { on_relay_timer(); });
    });
}

void engine::on_relay_timer()
{
    relay_timer_is_set_ = false;
    relay_output();
    if (relay_is_full_ && !relay_out_.is_full() && !relay_err_.is_full()) {
        relay_is_full_ = false;
        resume_output();
    }
}

} // namespace procpool::detail
