// SPDX-License-Identifier: BSL-1.0
#include "support/gate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace procpool::test {
namespace {

// Open for both directions, so that neither end ever waits for the other one to be opened.
int open_end(const std::string& path)
{
    const int end = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (end < 0)
        throw std::system_error(errno, std::generic_category(), path);
    return end;
}

int make_pipe(const std::string& path)
{
    if (::mkfifo(path.c_str(), 0600) != 0)
        throw std::system_error(errno, std::generic_category(), path);
    return open_end(path);
}

void require_whole(ssize_t moved, std::size_t size)
{
    if (moved != static_cast<ssize_t>(size))
        throw std::runtime_error("a gate's pipe moved only a part");
}

} // namespace

gate::gate(const boost::asio::any_io_executor& executor)
    : arrivals_(executor, make_pipe(folder_ / "arrivals")),
      departures_(make_pipe(folder_ / "departures"))
{
}

gate::~gate()
{
    ::close(departures_);
}

boost::asio::awaitable<pid_t> gate::async_next()
{
    pid_t pid = 0;
    co_await boost::asio::async_read(arrivals_, boost::asio::buffer(&pid, sizeof(pid)), boost::asio::use_awaitable);
    co_return pid;
}

pid_t gate::next()
{
    pid_t pid = 0;
    boost::asio::read(arrivals_, boost::asio::buffer(&pid, sizeof(pid)));
    return pid;
}

void gate::open(std::size_t tasks)
{
    const std::string tokens(tasks, 'x');
    require_whole(::write(departures_, tokens.data(), tokens.size()), tokens.size());
}

void arrive(const std::string& gate)
{
    const int arrivals = open_end(gate + "/arrivals");
    const pid_t self = ::getpid();
    require_whole(::write(arrivals, &self, sizeof(self)), sizeof(self));
    ::close(arrivals);
}

pid_t hold(const std::string& gate)
{
    arrive(gate);
    const int departures = open_end(gate + "/departures");
    char token = 0;
    require_whole(::read(departures, &token, 1), 1);
    ::close(departures);
    return ::getpid();
}

} // namespace procpool::test
