// SPDX-License-Identifier: BSL-1.0
#include "link/output_pipe.hpp"

#include <array>

namespace procpool::link {

output_pipe::output_pipe(const boost::asio::any_io_executor& executor, os::descriptor read_end, output_stream stream,
                         bool is_captured, std::uint64_t nonce)
    : pipe_(executor, read_end.release()),
      lines_(wire::output_mark(nonce)),
      stream_(stream),
      is_captured_(is_captured)
{
    os::set_non_blocking(pipe_.native_handle());
}

/// How much there was; 0: nothing now, or nothing any more.
std::size_t output_pipe::read_part()
{
    std::array<std::byte, 64 * 1024> part; // NOLINT: what is read is all that is used
    const auto size = os::read_some(pipe_.native_handle(), part);
    if (size == 0)
        close(); // all writers have closed it; it would be readable for ever
    if (size <= 0)
        return 0;
    lines_.add({reinterpret_cast<const char*>(part.data()), static_cast<std::size_t>(size)});
    return static_cast<std::size_t>(size);
}

void output_pipe::close() noexcept
{
    boost::system::error_code ignored;
    pipe_.close(ignored);
}

} // namespace procpool::link
