// SPDX-License-Identifier: BSL-1.0
//
// procgrep: grep on std::regex that survives std::regex. The files are searched in worker processes; what crashes or
// hangs there costs one worker and not the search.
#include "options.hpp"
#include "report.hpp"
#include "search.hpp"
#include "session.hpp"
#include "walk.hpp"

#include <procpool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace {

int search_in_workers(const procgrep::options& chosen, const procgrep::file_list& list)
{
    boost::asio::io_context loop;
    procgrep::session session(loop, chosen, list);
    boost::asio::co_spawn(loop, session.run(), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure); // out of run()
    });
    loop.run();
    return session.finish();
}

/// The same search without a pool: a crash ends this process, and everything found so far is lost.
int search_here(const procgrep::options& chosen, const procgrep::file_list& list)
{
    procgrep::report out(list.files);
    for (const auto& error : list.errors)
        out.complain(error);
    std::vector<std::string> paths;
    for (const auto& file : list.files)
        paths.push_back(file.path);
    auto found = procgrep::search_files(chosen.what, paths);
    for (std::size_t i = 0; i < found.size(); ++i)
        out.add(list.files[i], std::move(found[i]));
    return out.finish();
}

} // namespace

int main(int argc, char** argv)
{
    procpool::run_if_worker();
    try {
        const auto chosen = procgrep::parse(argc, argv);
        if (chosen.help)
            return std::fputs(procgrep::usage, stdout) < 0 ? 2 : 0;
        const auto list = procgrep::list_files(chosen.paths, chosen.recursive);
        return chosen.in_process ? search_here(chosen, list) : search_in_workers(chosen, list);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "procgrep: %s\n", failure.what());
        return 2;
    }
}
