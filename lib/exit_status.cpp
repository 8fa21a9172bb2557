// SPDX-License-Identifier: BSL-1.0
#include <procpool/exit_status.hpp>

#include <cstring>

namespace procpool {

namespace {

/// "SIGSEGV", or "signal 40" for those that have no name.
std::string signal_name(int number)
{
    const char* abbreviation = sigabbrev_np(number);
    return abbreviation != nullptr ? std::string("SIG") + abbreviation : "signal " + std::to_string(number);
}

} // namespace

std::string exit_status::str() const
{
    if (signal)
        return "killed by " + signal_name(*signal) + (core_dumped ? " (core dumped)" : "");
    if (code)
        return "exited with status " + std::to_string(*code);
    return never_started ? "never started" : "ended with an unknown status";
}

} // namespace procpool
