// expect: a raw pointer means nothing in another process
// SPDX-License-Identifier: BSL-1.0
#include <procpool/queue.hpp>

procpool::queue<int*> refused;
