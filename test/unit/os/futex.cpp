// SPDX-License-Identifier: BSL-1.0
#include "os/futex.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

namespace procpool::os {

using clock = std::chrono::steady_clock;

BOOST_AUTO_TEST_SUITE(os_futex)

BOOST_AUTO_TEST_CASE(a_word_that_has_changed_is_not_waited_for)
{
    std::atomic<std::uint32_t> word{1};
    wait_while(word, 0, std::nullopt);
    BOOST_TEST(word == 1U);
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_ends_the_wait_at_once)
{
    std::atomic<std::uint32_t> word{0};
    wait_while(word, 0, clock::now() - std::chrono::hours(1));
    wait_while(word, 0, clock::time_point{});
    wait_while(word, 0, clock::time_point::min());
    BOOST_TEST(word == 0U);
}

BOOST_AUTO_TEST_CASE(the_wait_ends_at_its_deadline_and_not_before)
{
    std::atomic<std::uint32_t> word{0};
    const auto deadline = clock::now() + std::chrono::milliseconds(20);
    while (clock::now() < deadline)
        wait_while(word, 0, deadline);
    BOOST_TEST((clock::now() >= deadline));
}

BOOST_AUTO_TEST_CASE(a_change_wakes_every_waiting_thread)
{
    std::atomic<std::uint32_t> word{0};
    const auto wait = [&](std::optional<clock::time_point> deadline) {
        while (word.load() == 0)
            wait_while(word, 0, deadline);
    };
    std::vector<std::thread> threads;
    threads.emplace_back(wait, std::nullopt);
    threads.emplace_back(wait, std::nullopt);
    threads.emplace_back(wait, clock::now() + std::chrono::hours(1));
    threads.emplace_back(wait, clock::time_point::max());
    word = 1;
    wake_all(word);
    for (std::thread& thread : threads)
        thread.join();
    BOOST_TEST(word == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::os
