// SPDX-License-Identifier: BSL-1.0
// Every public operation, once. A promise about operations is tested over this list.
#pragma once

#include <procpool/as_completed.hpp>
#include <procpool/pool.hpp>
#include <procpool/wait.hpp>

#include <boost/asio/consign.hpp>

#include <array>
#include <memory>
#include <tuple>
#include <vector>

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

struct waiting_for_all {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        auto first = p.async_submit(answer), second = p.async_submit(answer);
        return when_all(std::tie(first, second), std::forward<Token>(token));
    }
};

struct waiting_for_any {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        auto first = p.async_submit(answer), second = p.async_submit(answer);
        return when_any(std::tie(first, second), std::forward<Token>(token));
    }
};

struct waiting_for_the_next {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        std::array both{p.async_submit(answer), p.async_submit(answer)};
        return as_completed(both).async_next(std::forward<Token>(token));
    }
};

inline int same(int x)
{
    return x;
}

struct mapping {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        return p.async_map(same, std::vector{1, 2, 3}, std::forward<Token>(token));
    }
};

struct taking_from_a_stream {
    template <class Token>
    static auto start(pool& p, Token&& token)
    {
        const auto stream = std::make_shared<result_stream<int>>(p.imap(same, std::vector{1}));
        return stream->async_next(boost::asio::consign(std::forward<Token>(token), stream));
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

using operations = std::tuple<submitting, taking_a_future, waiting_for_a_future, waiting_for_all, waiting_for_any,
                              waiting_for_the_next, mapping, taking_from_a_stream, joining, shutting_down>;
/// Those that only wait: cancelling them ends the wait and nothing else.
using waits =
    std::tuple<waiting_for_a_future, waiting_for_all, waiting_for_any, waiting_for_the_next, joining, shutting_down>;

} // namespace procpool::test
