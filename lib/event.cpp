// SPDX-License-Identifier: BSL-1.0
#include <procpool/event.hpp>

#include <array>

namespace procpool {
namespace {

constexpr std::array verbs{" started", " ready",   " died",   " started", " recycled", " retired",
                           " queued",  " started", " killed", " retried", " finished"};
constexpr std::array ends{
    "",        "returned",    "threw",        "cancelled",   "timed out", "queue timed out", "deadline exceeded",
    "crashed", "quarantined", "start failed", "pool closed", "refused"};

template <class Names, class Enum>
const char* name_of(const Names& names, Enum value)
{
    return names.at(static_cast<std::size_t>(value));
}

std::string worker_of(const event& what)
{
    const std::string name = what.worker == 0 ? "the fork server" : "worker " + std::to_string(what.worker);
    return name + (what.pid ? " (pid " + std::to_string(what.pid) + ")" : "");
}

std::string task_of(const event& what)
{
    return "task " + std::to_string(what.task) + (what.task_name.empty() ? "" : " (" + what.task_name + ")") +
           (what.attempt > 1 ? " (attempt " + std::to_string(what.attempt) + ")" : "");
}

} // namespace

std::string to_string(const event& what)
{
    std::string line = (what.task ? task_of(what) : worker_of(what)) + name_of(verbs, what.kind);
    if (what.task && what.worker)
        line += " on " + worker_of(what);
    if (what.instead_of)
        line += " instead of worker " + std::to_string(what.instead_of);
    if (what.end != task_end::none)
        line += std::string(": ") + name_of(ends, what.end);
    if (what.text.starts_with(worker_of(what))) // a sentence about the end of this worker
        return what.text;
    return what.text.empty() ? line : line + ": " + what.text;
}

} // namespace procpool
