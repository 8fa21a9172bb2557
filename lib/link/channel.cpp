// SPDX-License-Identifier: BSL-1.0
#include "link/channel.hpp"

#include "os/descriptor_passing.hpp"
#include "os/lifeline.hpp"
#include "os/pipe.hpp"
#include "os/spawn.hpp"
#include "os/this_process.hpp"
#include "wire/control_page.hpp"
#include "wire/worker_start.hpp"

namespace procpool::link {
namespace {

void connect(os::descriptor& read_end, os::descriptor& write_end)
{
    os::pipe_ends pipe = os::make_pipe();
    read_end = std::move(pipe.read);
    write_end = std::move(pipe.write);
}

os::mapping make_page(os::descriptor& file, std::uint64_t nonce)
{
    file = os::make_memory_file("procpool control page", sizeof(wire::control_page));
    os::mapping page(file.get(), sizeof(wire::control_page));
    auto* shared = reinterpret_cast<wire::control_page*>(page.data()); // zeroed memory is a valid page
    shared->head.magic = wire::page_head::expected_magic;
    shared->head.version = wire::page_head::expected_version;
    shared->head.nonce = nonce;
    return page;
}

} // namespace

std::array<int, 5> channel::for_worker() const noexcept
{
    return {parent.tasks_kept.get(), worker.answers.get(), parent.lifeline.read.get(), worker.page.get(),
            worker.memory.get()};
}

std::vector<std::string> environment_of_worker(std::vector<std::string> environment, std::uint64_t nonce)
{
    const std::array own{wire::str({.nonce = nonce, .parent = os::process_id()})};
    return os::with_changes(std::move(environment), own);
}

channel make_channel(output out, output err)
{
    channel made;
    auto& [parent, worker] = made;
    parent.nonce = os::random_bits();
    connect(parent.tasks_kept, parent.tasks);
    connect(parent.answers, worker.answers);
    parent.lifeline = os::make_lifeline();
    if (goes_through_pool(out))
        connect(parent.out, worker.out);
    if (goes_through_pool(err))
        connect(parent.err, worker.err);
    parent.page = make_page(worker.page, parent.nonce);
    os::socket_ends memory = os::make_sockets();
    parent.memory = std::move(memory.first);
    worker.memory = std::move(memory.second);
    return made;
}

} // namespace procpool::link
