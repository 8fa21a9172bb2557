// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/buffer.hpp>
#include <procpool/codec.hpp>
#include <procpool/crash_report.hpp>
#include <procpool/error.hpp>
#include <procpool/event.hpp>
#include <procpool/exception.hpp>
#include <procpool/exit_status.hpp>
#include <procpool/fault.hpp>
#include <procpool/future.hpp>
#include <procpool/options.hpp>
#include <procpool/output.hpp>
#include <procpool/pool.hpp>
#include <procpool/resource_limits.hpp>
#include <procpool/sandbox.hpp>
#include <procpool/stats.hpp>
#include <procpool/task.hpp>
#include <procpool/this_task.hpp>
#include <procpool/worker.hpp>
#include <procpool/worker_options.hpp>
