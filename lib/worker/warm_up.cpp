// SPDX-License-Identifier: BSL-1.0
#include "worker/warm_up.hpp"

#include <array>
#include <ctime>
#include <execinfo.h>
#include <iomanip>
#include <locale>
#include <random>
#include <sstream>
#include <stdexcept>

namespace procpool::worker {
namespace {

void throw_and_catch()
{
    try {
        throw std::runtime_error("the first exception");
    } catch (const std::exception&) { // the tables of the unwinder are found now
    }
}

void walk_the_stack()
{
    std::array<void*, 8> frames{};
    ::backtrace(frames.data(), static_cast<int>(frames.size())); // loads libgcc_s
}

void make_a_locale()
{
    try {
        static const std::locale of_the_user(""); // stays: the C library forgets a locale that nobody has
    } catch (const std::runtime_error&) {         // LANG names one that is not installed
    }
}

void format()
{
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local); // reads the time zone
    std::ostringstream() << std::put_time(&local, "%c") << 0.5 << std::random_device()();
}

} // namespace

void warm_up()
{
    throw_and_catch();
    walk_the_stack();
    make_a_locale();
    format();
}

} // namespace procpool::worker
