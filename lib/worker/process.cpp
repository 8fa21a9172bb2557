// SPDX-License-Identifier: BSL-1.0
#include "worker/process.hpp"

#include "os/descriptor.hpp"
#include "os/process_mark.hpp"
#include "os/this_process.hpp"
#include "wire/worker_start.hpp"
#include "worker/confine.hpp"
#include "worker/process_name.hpp"

#include <procpool/detail/type_name.hpp>
#include <procpool/this_process.hpp>

#include <cstdio>
#include <cstdlib>
#include <cxxabi.h>
#include <exception>

namespace procpool::worker {
namespace {

std::string describe_current_exception()
{
    try {
        throw;
    } catch (const std::exception& thrown) {
        std::string text = detail::type_name(typeid(thrown)) + ": " + thrown.what();
        try {
            std::rethrow_if_nested(thrown);
        } catch (...) {
            text += ", because of " + describe_current_exception();
        }
        return text;
    } catch (...) {
        return detail::type_name(*abi::__cxa_current_exception_type());
    }
}

// In one piece, so that the lines of several processes do not mix.
void print(const std::string& sentence) noexcept
{
    const std::string line = this_process::name() + ": " + sentence + "\n";
    std::fputs(line.c_str(), stderr);
}

// Nobody reads its answers; what is shown in memory stays mapped.
void close_channel() noexcept
{
    for (const int fd : {wire::tasks_descriptor, wire::answers_descriptor, wire::page_descriptor})
        os::descriptor(fd).reset();
}

/// What of the channel stays.
constexpr os::worker_descriptors kept{
    .first = wire::lifeline_descriptor, .last = wire::lifeline_descriptor, .lifeline = wire::lifeline_descriptor};

int run(const std::function<received_call()>& receive)
{
    try {
        auto call = receive();
        close_channel();
        detail::byte_buffer result;
        run_call(std::move(call), result);
        return EXIT_SUCCESS;
    } catch (...) {
        print("ended by an uncaught exception, " + describe_current_exception());
        return EXIT_FAILURE;
    }
}

} // namespace

void begin_process(const wire::process_settings& settings)
{
    set_process_name(settings.name);
    os::set_thread_name(settings.name);
    try {
        confine(settings.limits, settings.sandbox, kept);
    } catch (const std::exception& failure) {
        print(failure.what());
        std::exit(EXIT_FAILURE);
    }
}

void run_process(const std::function<received_call()>& receive)
{
    const os::process_mark here;
    const int code = run(receive);
    if (!here.is_here()) // the function forked, and this is the child that came back out of it
        os::exit_now(code);
    std::exit(code);
}

} // namespace procpool::worker
