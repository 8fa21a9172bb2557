// SPDX-License-Identifier: BSL-1.0
#include "table_mutex.hpp"

#include <pthread.h>

namespace procpool {
namespace {

constinit std::mutex mutex_of_tables;

void lock_tables() noexcept
{
    mutex_of_tables.lock();
}
void unlock_tables() noexcept
{
    mutex_of_tables.unlock();
}

[[maybe_unused]] const int held_at_fork = ::pthread_atfork(lock_tables, unlock_tables, unlock_tables);

} // namespace

std::mutex& table_mutex() noexcept
{
    return mutex_of_tables;
}

} // namespace procpool
