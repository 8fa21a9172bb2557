// SPDX-License-Identifier: BSL-1.0
#include "crash/twins.hpp"

namespace {

const auto which = [] { return std::string("the second"); };

} // namespace

procpool::future<std::string> submit_second_twin(procpool::pool& pool)
{
    return pool.async_submit(which);
}
