// SPDX-License-Identifier: BSL-1.0
//
// A child prints who it is and who its parent is.
#include <procpool.hpp>

#include <iostream>

namespace this_process = procpool::this_process;

void introduce(pid_t expected_parent)
{
    std::cout << this_process::name() << " has pid " << this_process::pid() << " and parent "
              << this_process::parent_pid()
              << (this_process::parent_pid() == expected_parent ? ", as expected" : ", a stranger") << '\n';
}

int main()
{
    procpool::run_if_worker();
    std::cout << this_process::name() << " has pid " << this_process::pid() << std::endl;
    procpool::process child(introduce, this_process::pid());
    child.start();
    child.join();
    std::cout << "exit code " << child.exit_code().value() << '\n';
}
