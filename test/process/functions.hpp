// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/processes.hpp"
#include "support/wait_for_ever.hpp"

#include <procpool/process.hpp>
#include <procpool/this_process.hpp>

#include <boost/test/unit_test.hpp>

#include <csignal>

namespace procpool::test {

inline void tell_own_pid(const std::string& mailbox)
{
    tell(mailbox, this_process::pid());
}

[[noreturn]] inline void tell_and_wait(const std::string& mailbox)
{
    tell_own_pid(mailbox);
    wait_for_ever();
}

[[noreturn]] inline void tell_and_wait_in_silence(const std::string& mailbox)
{
    ::signal(SIGTERM, SIG_IGN);
    tell_and_wait(mailbox);
}

/// Started, and surely in its function.
inline process waiting_process(const mailbox& pids, process_options options = {})
{
    process made(std::move(options), tell_and_wait, pids.path());
    made.start();
    BOOST_TEST(pids.receive() == *made.pid());
    return made;
}

inline int code_after(process& ended)
{
    ended.start();
    ended.join();
    return ended.exit_code().value();
}

} // namespace procpool::test
