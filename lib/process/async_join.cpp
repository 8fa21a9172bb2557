// SPDX-License-Identifier: BSL-1.0
#include "os/child.hpp"
#include "os/original.hpp"
#include "os/pipe.hpp"
#include "process/process_state.hpp"

#include <boost/asio/compose.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace procpool::detail {
namespace {

constexpr std::chrono::milliseconds pause_beside_a_tracer(10);

/// What watches a process on an event loop. The second descriptor is Asio's to close.
struct watch {
    watch(const boost::asio::any_io_executor& executor, int sentinel)
        : pidfd(executor, os::duplicate(sentinel).release()),
          timer(executor)
    {
    }
    boost::asio::posix::stream_descriptor pidfd;
    boost::asio::steady_timer timer;
};

class wait_for_end {
public:
    wait_for_end(const boost::asio::any_io_executor& executor, process_ptr state)
        : watch_(new watch(executor, state->sentinel()->get())),
          state_(std::move(state))
    {
    }

    template <class Self>
    void operator()(Self& self)
    {
        self.reset_cancellation_state(boost::asio::enable_total_cancellation());
        wait(self);
    }
    template <class Self>
    void operator()(Self& self, boost::system::error_code error)
    {
        if (!error && !state_->has_ended())
            return wait(self);
        watch_.reset();
        state_.reset();
        self.complete(error);
    }

private:
    template <class Self>
    void wait(Self& self)
    {
        auto& [pidfd, timer] = *watch_;
        if (os::is_held_by_tracer(pidfd.native_handle())) { // readable at once, for as long as that lasts
            timer.expires_after(pause_beside_a_tracer);
            timer.async_wait(std::move(self));
        } else {
            pidfd.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(self));
        }
    }

    os::original_ptr<watch> watch_;
    process_ptr state_;
};

} // namespace

void start_join(process_ptr state, const boost::asio::any_io_executor& executor, exit_handler handler)
{
    boost::asio::async_compose<exit_handler, void(boost::system::error_code)>(wait_for_end(executor, std::move(state)),
                                                                              handler, executor);
}

} // namespace procpool::detail
