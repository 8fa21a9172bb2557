// SPDX-License-Identifier: BSL-1.0
#include "worker/output_marks.hpp"

#include "os/pipe.hpp"

#include <cstdio>
#include <iostream>
#include <span>

namespace procpool::worker {

void print_by_lines()
{
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
}

void output_marks::open(bool captures_stdout, bool captures_stderr)
{
    if (captures_stdout)
        streams_.push_back(os::duplicate(stdout_descriptor));
    if (captures_stderr)
        streams_.push_back(os::duplicate(stderr_descriptor));
}

void output_marks::end_task()
{
    if (streams_.empty())
        return;
    std::cout.flush();
    std::clog.flush();
    std::fflush(stdout);
    write(0);
}

void output_marks::write(std::uint64_t task)
{
    if (streams_.empty())
        return;
    const std::string mark = mark_.for_task(task);
    for (const auto& stream : streams_)
        os::write_all(stream.get(), std::as_bytes(std::span(mark)));
}

} // namespace procpool::worker
