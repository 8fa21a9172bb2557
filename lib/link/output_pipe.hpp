// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "link/line_splitter.hpp"
#include "os/descriptor.hpp"
#include "os/pipe.hpp"

#include <procpool/output.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>

namespace procpool::link {

/// The parent's end of a worker's stdout or stderr.
class output_pipe {
public:
    /// `nonce`: that of the marks in it.
    output_pipe(const boost::asio::any_io_executor& executor, os::descriptor read_end, output_stream stream,
                bool is_captured, std::uint64_t nonce);

    output_stream stream() const noexcept { return stream_; }
    bool is_captured() const noexcept { return is_captured_; }

    /// Calls handler(error_code) when there is something to read.
    template <class Handler>
    void async_readable(Handler handler)
    {
        pipe_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(handler));
    }
    /// Reads what is there, about `most` bytes of it, and calls take(line) for each line.
    template <class Take>
    void read(std::size_t most, Take take)
    {
        while (const std::size_t count = pipe_.is_open() ? read_part() : 0) {
            while (const auto line = lines_.next())
                take(*line);
            if (count >= most)
                break;
            most -= count;
        }
    }
    /// Nobody will read any more, whoever may still write.
    template <class Take>
    void end(Take take)
    {
        read(os::largest_pipe, take); // what the worker has written before its end
        if (const auto line = lines_.last())
            take(*line);
        close();
    }
    bool is_open() const noexcept { return pipe_.is_open(); }

private:
    std::size_t read_part();
    void close() noexcept;

    boost::asio::posix::stream_descriptor pipe_;
    line_splitter lines_;
    output_stream stream_;
    bool is_captured_;
};

} // namespace procpool::link
