// SPDX-License-Identifier: BSL-1.0
#include <procpool/wait.hpp>

namespace procpool::detail {
namespace {

bool is_last(const future_state& arrived, return_when until)
{
    return until == return_when::first_completed || (until == return_when::first_exception && arrived.failed());
}

wait_result sort_out(std::span<const future_ptr> states)
{
    wait_result sorted;
    for (std::size_t i = 0; i != states.size(); ++i)
        (states[i]->ready() ? sorted.done : sorted.not_done).push_back(i);
    return sorted;
}

} // namespace

wait_result wait_for(std::span<const future_ptr> states, return_when until, deadline end)
{
    const auto all = watch_all(states);
    for (bool over = false; !over && all->left() != 0;) {
        const std::size_t needed = until == return_when::all_completed ? all->left() : 1;
        over = !all->wait(needed, end, "procpool::wait()");
        while (const auto number = all->take())
            over = over || is_last(*states[*number], until);
    }
    return sort_out(states);
}

void require_any(std::span<const future_ptr> states)
{
    if (states.empty())
        throw std::invalid_argument("procpool::when_any() was given no futures: there is nothing to wait for");
}

} // namespace procpool::detail
