// SPDX-License-Identifier: BSL-1.0
// The link's part that reads answers, and that ends the worker.
#include "link/link.hpp"

#include "os/oom_kills.hpp"
#include "os/pipe.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace procpool::link {

// A worker that sends memory and no answer would use up what its user may have on its way to other processes.
void link::watch_payloads()
{
    payloads_.async_sent([self = shared_from_this(), pool = events_](boost::system::error_code error) {
        if (!error)
            pool->enter(*self, &link::on_payloads, 0);
    });
}

void link::on_payloads(std::size_t)
try {
    if (exited_ || is_given_up())
        return;
    if (!payloads_.take())
        give_up_on_worker();
    else if (!payloads_.is_at_end())
        watch_payloads();
} catch (const std::bad_alloc&) {
    give_up_for_want_of_memory();
}

void link::read()
try {
    answers_.async_read_some(boost::asio::buffer(incoming_),
                             [self = shared_from_this(), pool = events_](boost::system::error_code, std::size_t count) {
                                 pool->enter(*self, &link::on_read, count);
                             });
    reading_ = true;
} catch (const std::bad_alloc&) { // nobody would hear of its answers
    kill();
}

// No bytes: end of file, or the read was cancelled because the worker has ended.
void link::on_read(std::size_t count)
{
    reading_ = false;
    if (!events_)
        return;
    if (count != 0)
        take_piped(std::span(incoming_).first(count));
    if (exited_)
        end();
    else if (count != 0 && !is_given_up())
        read();
    else
        on_end_of_answers();
}

// Most often the end follows while it is found out whether memory had run out, and need not wake anybody. A live worker
// whose end of the pipe is closed can never answer again, so it is ended. Not by kill(): a dying one would be taken for
// one that was killed from here. A worker that has not been ready yet may be about to say on stderr why it cannot be a
// worker; pool_options::start_timeout ends it if it does not end.
void link::on_end_of_answers()
{
    oom_kills_at_end_ = os::oom_kills();
    if (process_->has_ended())
        end_after_reading();
    else if (ready_)
        process_->kill();
}

// Bytes that came out of the outbox before are not taken twice.
void link::take_piped(std::span<const std::byte> bytes)
{
    feed(bytes.subspan(stream_.skip(bytes.size())));
}

void link::feed(std::span<const std::byte> bytes)
try {
    while (!bytes.empty() && !is_given_up()) {
        const auto room = frames_.prepare();
        const auto part = bytes.first(std::min(room.size(), bytes.size()));
        std::copy(part.begin(), part.end(), room.begin());
        frames_.commit(part.size());
        bytes = bytes.subspan(part.size());
        tell_frames();
    }
} catch (const std::bad_alloc&) {
    give_up_for_want_of_memory();
}

void link::tell_frames()
{
    bool is_first = true; // a worker may send any number of bytes before there is a frame
    while (auto frame = frames_.next()) {
        if (std::exchange(is_first, false))
            read_captured(); // what a task has written comes before its answer
        tell(*frame);
    }
    if (frames_.broken())
        give_up_on_worker();
    events_->batch_done();
}

void link::tell(wire::frame& frame)
{
    const auto& header = frame.header;
    if (is_given_up())
        return;
    if (ready_ && (header.kind == wire::frame_kind::result || header.kind == wire::frame_kind::exception)) {
        tell_answer(frame);
    } else if (!ready_ && header.kind == wire::frame_kind::ready) {
        ready_ = true;
        events_->worker_ready(*this);
    } else if (!ready_ && header.kind == wire::frame_kind::start_failed) {
        refused_ = true;
        events_->worker_refused(*this, frame.payload);
    } else if (ready_ && header.kind == wire::frame_kind::forked && number_ == fork_server_number) {
        events_->worker_forked(*this, header.id);
    } else {
        give_up_on_worker();
    }
}

// Nothing is taken out of its slot before it is known what the answer is.
void link::tell_answer(wire::frame& answer)
{
    const auto& header = answer.header;
    detail::region_ptr shown;
    if (header.place != wire::payload_place::in_frame) {
        shown = find_shown(answer);
        if (!shown)
            return is_given_up() ? void() : give_up_on_worker();
    }
    task* const answered = slots_.take_out(header.slot, header.id);
    if (!answered)
        return give_up_on_worker();
    silence(header.id);
    payloads_.release(header.slot);
    events_->task_answered(*answered, answer, std::move(shown));
}

// Makes the payload of the answer what it says that it is.
detail::region_ptr link::find_shown(wire::frame& answer)
{
    wire::shown_payload shown;
    if (answer.header.kind != wire::frame_kind::result || answer.payload.size() != sizeof(shown))
        return {};
    std::memcpy(&shown, answer.payload.data(), sizeof(shown));
    if (shown.size > max_answer_bytes_)
        return {};
    try {
        const bool is_returned = answer.header.place == wire::payload_place::returned;
        auto found = is_returned ? payloads_.find_returned(answer.header.slot, shown) : payloads_.find(shown);
        if (found)
            answer.payload = {found->data(), shown.size};
        return found;
    } catch (const std::exception&) { // there is no room to map it
        give_up_for_want_of_memory();
        return {};
    }
}

void link::give_up_on_worker()
{
    broke_protocol_ = true;
    kill();
}

void link::give_up_for_want_of_memory()
{
    was_too_much_ = true;
    kill();
}

void link::watch_exit()
{
    process_->async_exit([self = shared_from_this(), pool = events_](boost::system::error_code error) {
        if (!error)
            pool->enter(*self, &link::on_exit, 0);
    });
}

// With several threads Asio's reactor may take an event of a closed descriptor for one of the next that it manages, so
// the process is asked. If it has ended, it is a zombie now.
void link::on_exit(std::size_t)
{
    if (!events_)
        return;
    if (process_->has_ended())
        end_after_reading();
    else
        watch_exit();
}

// A read that is under way may already hold bytes that came before those in the pipe, so it is ended first and end()
// follows from its handler.
void link::end_after_reading()
{
    exited_ = true;
    descriptors_timer_.cancel();
    payloads_.cancel();
    boost::system::error_code ignored;
    tasks_.close(ignored);
    if (reading_)
        answers_.cancel(ignored);
    else
        end();
}

void link::end()
{
    drain();
    if (!oom_kills_at_end_)
        oom_kills_at_end_ = os::oom_kills();
    end_output();
    answers_.close();
    exit_ = process_->end();
    const auto with_all = process_->ended_with_all();
    killed_ |= with_all.is_killed;
    killed_through_lifeline_ |= with_all.through_lifeline;
    process_.reset();
    const auto events = std::move(events_);
    events->worker_ended(*this);
    events->batch_done();
}

// All that is in the pipe, but no more than a pipe has room for, and not until end of file: a process that a task left
// behind may hold the write end, and go on writing.
void link::drain()
{
    for (std::size_t read = 0; read < os::largest_pipe;) {
        const auto count = os::read_some(answers_.native_handle(), incoming_);
        if (count <= 0)
            break;
        take_piped(std::span(incoming_).first(static_cast<std::size_t>(count)));
        read += static_cast<std::size_t>(count);
    }
    feed(stream_.collect(page_.answers));
}

} // namespace procpool::link
