// SPDX-License-Identifier: BSL-1.0
// Every public operation, once. A promise about operations is tested over this list.
#pragma once

#include <procpool/pool.hpp>

#include <tuple>

namespace procpool::test {

inline int answer()
{
    return 42;
}

struct submitting {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        return p.async_submit(answer, std::forward<Token>(token));
    }
};

struct taking_a_future {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        return p.async_submit(answer)(std::forward<Token>(token));
    }
};

struct waiting_for_a_future {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        return p.async_submit(answer).async_wait(std::forward<Token>(token));
    }
};

struct joining {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        return p.async_join(std::forward<Token>(token));
    }
};

struct shutting_down {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        return p.async_shutdown(std::chrono::hours(1), std::forward<Token>(token));
    }
};

using operations = std::tuple<submitting, taking_a_future, waiting_for_a_future, joining, shutting_down>;
/// Those that only wait: cancelling them ends the wait and nothing else.
using waits = std::tuple<waiting_for_a_future, joining, shutting_down>;

} // namespace procpool::test
