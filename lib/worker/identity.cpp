// SPDX-License-Identifier: BSL-1.0
#include "worker/identity.hpp"

#include "os/this_process.hpp"
#include "wire/control_page.hpp"
#include "wire/worker_start.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace procpool::worker {
namespace {

os::mapping map_head()
{
    return os::mapping(wire::page_descriptor, sizeof(wire::page_head));
}

wire::page_head& head_in(os::mapping& memory)
{
    return *reinterpret_cast<wire::page_head*>(memory.data());
}

/// Returns whether descriptor 6 is the control page that the variable means, of whatever version.
bool has_page_of(const wire::start_note& note)
{
    if (os::sealed_size(wire::page_descriptor) < sizeof(wire::page_head))
        return false;
    auto memory = map_head();
    const auto& head = head_in(memory);
    return head.magic == wire::page_head::expected_magic && head.nonce == note.nonce;
}

/// Compares the versions, and tells the parent if they differ.
std::string difference_of_versions()
{
    auto memory = map_head();
    auto& head = head_in(memory);
    if (head.version == wire::page_head::expected_version &&
        os::sealed_size(wire::page_descriptor) == sizeof(wire::control_page))
        return {};
    head.worker_version = wire::page_head::expected_version;
    return "that program uses version " + std::to_string(head.version) +
           " of procpool's channel and this one uses version " + std::to_string(wire::page_head::expected_version) +
           ": restart that program, or build both with the same version";
}

/// Returns why this process cannot be the worker that it was started as; empty: it can.
std::string obstacle(const wire::start_note& note)
{
    if (os::has_more_rights_than_its_caller())
        return "it has more rights than its caller (a set-user-ID bit, or capabilities of its file), and does not "
               "believe its environment: use pool_options::executable with a program that has no such rights, and "
               "start "
               "processes from such a program";
    for (const int fd : wire::channel_descriptors)
        if (!os::is_open(fd))
            return "its descriptor " + std::to_string(fd) +
                   " is closed: call procpool::run_if_worker() in main before anything closes descriptors";
    if (!has_page_of(note))
        return "its descriptor " + std::to_string(wire::page_descriptor) +
               " is not the memory that it was given: call procpool::run_if_worker() in main before anything closes or "
               "opens descriptors";
    return difference_of_versions();
}

[[noreturn]] void refuse_to_run(const wire::start_note& note, const std::string& why) noexcept
{
    std::fprintf(stderr, "procpool: process %d was started as a worker of process %d and cannot be one, because %s\n",
                 static_cast<int>(os::process_id()), static_cast<int>(note.parent), why.c_str());
    os::exit_now(EXIT_FAILURE);
}

std::optional<os::mapping> page_or_end(const wire::start_note& note)
{
    const std::string why = obstacle(note);
    if (why.empty())
        return os::mapping(wire::page_descriptor, sizeof(wire::control_page));
    const bool is_child = note.parent != 0 && note.parent == os::parent_process_id();
    if (is_child || has_page_of(note))
        refuse_to_run(note, why);
    return {}; // the variable is a stray
}

} // namespace

std::optional<os::mapping> find_control_page()
{
    const char* const value = std::getenv(wire::nonce_variable);
    const auto note = value ? wire::parse_start_note(value) : std::nullopt;
    if (!note)
        return {};
    try {
        return page_or_end(*note);
    } catch (const std::exception& failure) { // must not lead to the host's main
        refuse_to_run(*note, failure.what());
    }
}

} // namespace procpool::worker
