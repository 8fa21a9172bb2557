// SPDX-License-Identifier: BSL-1.0
//
// procgrep: grep on std::regex that survives std::regex. The files are searched in worker processes; what crashes or
// hangs there costs one worker and not the search.
#include "options.hpp"
#include "session.hpp"
#include "walk.hpp"

#include <procpool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>

namespace {

int search(const procgrep::options& chosen)
{
    const auto list = procgrep::list_files(chosen.paths, chosen.recursive);
    boost::asio::io_context loop;
    procgrep::session session(loop, chosen, list);
    boost::asio::co_spawn(loop, session.run(), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure); // out of run()
    });
    loop.run();
    return session.finish();
}

} // namespace

int main(int argc, char** argv)
{
    procpool::run_if_worker();
    try {
        const auto chosen = procgrep::parse(argc, argv);
        if (chosen.help)
            return std::fputs(procgrep::usage, stdout) < 0 ? 2 : 0;
        return search(chosen);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "procgrep: %s\n", failure.what());
        return 2;
    }
}
