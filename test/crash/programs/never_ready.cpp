// SPDX-License-Identifier: BSL-1.0
// A worker program that never calls procpool::run_if_worker(). It adds a byte to the file STARTS for each start; it
// writes LAST_WORDS to stderr and exits with the status EXIT, or waits for ever where there is none.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <unistd.h>

int main()
{
    if (const char* starts = std::getenv("STARTS"))
        std::ofstream(starts, std::ios::app) << '.';
    if (const char* words = std::getenv("LAST_WORDS"))
        std::cerr << words << '\n';
    if (const char* status = std::getenv("EXIT"))
        return std::atoi(status);
    for (;;)
        ::pause();
}
