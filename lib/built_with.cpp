// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/built_with.hpp>

namespace procpool::built_with {

const char PROCPOOL_BUILT_WITH_BOOST = 0;
const char PROCPOOL_BUILT_WITH_REACTOR = 0;
const char PROCPOOL_BUILT_WITH_IO_URING = 0;
const char PROCPOOL_BUILT_WITH_THREADS = 0;
const char PROCPOOL_BUILT_WITH_TRACKING = 0;
const char PROCPOOL_BUILT_WITH_RECYCLING = 0;
const char PROCPOOL_BUILT_WITH_DEBUG = 0;

} // namespace procpool::built_with
