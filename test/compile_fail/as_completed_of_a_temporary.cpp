// expect: as_completed() refers to the futures: give it a container that outlives the stream
// SPDX-License-Identifier: BSL-1.0
#include <procpool/as_completed.hpp>

#include <vector>

auto refused(std::vector<procpool::future<int>> all)
{
    return procpool::as_completed(std::move(all));
}
