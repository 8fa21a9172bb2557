// SPDX-License-Identifier: BSL-1.0
#include "pool/own_thread.hpp"

#include "os/this_process.hpp"

namespace procpool::detail {

own_thread::own_thread()
    : loop_(std::make_shared<lent_loop>()),
      thread_([loop = loop_] {
          os::block_all_signals();
          loop->own();
      })
{
}

own_thread::~own_thread()
{
    loop_->close();
    if (thread_.get_id() == std::this_thread::get_id())
        thread_.detach();
    else
        thread_.join();
}

} // namespace procpool::detail
