// SPDX-License-Identifier: BSL-1.0
//
// An exception that brings along the stack of its throw, from the worker.
//
//     build/dev/examples/where_it_was_thrown
#include <procpool.hpp>

#include <iostream>
#include <stdexcept>

[[gnu::noinline]] int read_header(int size)
{
    if (size < 8)
        throw std::length_error("the header is too short");
    return size;
}

int decode_image(int size)
{
    return read_header(size) * 2;
}

int main()
{
    procpool::run_if_worker();
    // [stack]
    procpool::pool pool({.workers = 1, .worker = {.exception_stacks = true}});
    try {
        pool.async_submit(decode_image, 3).get();
    } catch (const std::length_error& error) {
        const auto stack = procpool::symbolized(procpool::stack_of(error)); // reads debug information: may take seconds
        std::cout << error.what() << ", thrown in " << (stack.empty() ? "?" : stack.front().function) << '\n';
        std::cerr << procpool::to_string(stack);
    }
    // [/stack]
}
