// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool.hpp>

#include <string>

procpool::future<std::string> submit_first_twin(procpool::pool& pool);
procpool::future<std::string> submit_second_twin(procpool::pool& pool);
