// SPDX-License-Identifier: BSL-1.0
// A program that makes a pool and never calls procpool::run_if_worker().
#include <procpool.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

int main()
{
    try {
        const procpool::pool pool({.workers = 1});
    } catch (const std::exception& error) {
        std::cout << error.what();
        return EXIT_SUCCESS;
    }
    return EXIT_FAILURE;
}
