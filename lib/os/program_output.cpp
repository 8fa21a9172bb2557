// SPDX-License-Identifier: BSL-1.0
#include "os/program_output.hpp"

#include "os/child.hpp"
#include "os/flag.hpp"
#include "os/pipe.hpp"
#include "os/spawn.hpp"

#include <array>
#include <cstdlib>
#include <sstream>
#include <unistd.h>

namespace procpool::os {
namespace {

std::string path_of(const std::string& name)
{
    const char* path = ::secure_getenv("PATH"); // a set-user-ID host must not run its caller's programs
    std::istringstream folders(path ? path : "/usr/bin:/bin");
    if (name.find('/') == std::string::npos)
        for (std::string folder; std::getline(folders, folder, ':');)
            if (std::string file = folder + "/" + name; ::access(file.c_str(), X_OK) == 0)
                return file;
    return name;
}

std::string read_until(int fd, const tool& run)
{
    std::string text;
    std::array<std::byte, 4096> part; // NOLINT: what is read is all that is used
    while (text.size() < run.most_bytes && wait_until_ready(fd, readiness::to_read, run.deadline)) {
        const auto size = read_some(fd, part);
        if (size <= 0)
            break;
        text.append(reinterpret_cast<const char*>(part.data()), static_cast<std::size_t>(size));
    }
    return text;
}

} // namespace

std::optional<std::string> output_of(const tool& run)
{
    spawned child;
    pipe_ends pipe = make_pipe();
    spawn_request request;
    request.executable = path_of(run.command.front());
    request.arguments = run.command;
    request.environment = run.environment;
    request.out = pipe.write.get();
    request.err = spawn_request::discarded;
    if (spawn(request, child))
        return {};
    pipe.write.reset();
    std::string text = read_until(pipe.read.get(), run);
    send_signal(child.pidfd.get(), SIGKILL);
    reap(child.pidfd.get());
    return text;
}

} // namespace procpool::os
