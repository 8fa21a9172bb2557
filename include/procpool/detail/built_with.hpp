// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <boost/version.hpp>

// Boost.Asio and the standard library are headers that both the program and procpool are compiled with, and macros
// change their classes. A program that is compiled otherwise than procpool would hang or crash. Instead, it refers to
// a symbol here that procpool does not define, and the linker names it: "undefined reference to
// `procpool::built_with::boost_108300'".

#define PROCPOOL_JOIN_NOW(a, b) a##b
#define PROCPOOL_JOIN(a, b) PROCPOOL_JOIN_NOW(a, b)

#define PROCPOOL_BUILT_WITH_BOOST PROCPOOL_JOIN(boost_, BOOST_VERSION)

#if defined(BOOST_ASIO_DISABLE_EPOLL)
#define PROCPOOL_BUILT_WITH_REACTOR asio_without_epoll
#else
#define PROCPOOL_BUILT_WITH_REACTOR asio_with_epoll
#endif

#if defined(BOOST_ASIO_HAS_IO_URING)
#define PROCPOOL_BUILT_WITH_IO_URING asio_with_io_uring
#else
#define PROCPOOL_BUILT_WITH_IO_URING asio_without_io_uring
#endif

#if defined(BOOST_ASIO_DISABLE_THREADS)
#define PROCPOOL_BUILT_WITH_THREADS asio_without_threads
#else
#define PROCPOOL_BUILT_WITH_THREADS asio_with_threads
#endif

#if defined(BOOST_ASIO_ENABLE_HANDLER_TRACKING)
#define PROCPOOL_BUILT_WITH_TRACKING asio_with_handler_tracking
#else
#define PROCPOOL_BUILT_WITH_TRACKING asio_without_handler_tracking
#endif

#if defined(BOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING)
#define PROCPOOL_BUILT_WITH_RECYCLING asio_without_small_block_recycling
#else
#define PROCPOOL_BUILT_WITH_RECYCLING asio_with_small_block_recycling
#endif

#if defined(_GLIBCXX_DEBUG)
#define PROCPOOL_BUILT_WITH_DEBUG glibcxx_with_debug
#else
#define PROCPOOL_BUILT_WITH_DEBUG glibcxx_without_debug
#endif

namespace procpool::built_with {

extern PROCPOOL_DECL const char PROCPOOL_BUILT_WITH_BOOST, PROCPOOL_BUILT_WITH_REACTOR, PROCPOOL_BUILT_WITH_IO_URING,
    PROCPOOL_BUILT_WITH_THREADS, PROCPOOL_BUILT_WITH_TRACKING, PROCPOOL_BUILT_WITH_RECYCLING, PROCPOOL_BUILT_WITH_DEBUG;

// In each file, not once in a program: the files of a program may differ too.
[[gnu::used]] static const char* const required[] = {&PROCPOOL_BUILT_WITH_BOOST,    &PROCPOOL_BUILT_WITH_REACTOR,
                                                     &PROCPOOL_BUILT_WITH_IO_URING, &PROCPOOL_BUILT_WITH_THREADS,
                                                     &PROCPOOL_BUILT_WITH_TRACKING, &PROCPOOL_BUILT_WITH_RECYCLING,
                                                     &PROCPOOL_BUILT_WITH_DEBUG};

} // namespace procpool::built_with
