// expect: a queue or a pipe is no item of another one
// SPDX-License-Identifier: BSL-1.0
#include <procpool/pipe.hpp>
#include <procpool/queue.hpp>

procpool::pipe<procpool::queue<int>> refused;
