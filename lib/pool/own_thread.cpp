// SPDX-License-Identifier: BSL-1.0
#include "pool/own_thread.hpp"

#include "os/this_process.hpp"

namespace procpool::detail {

own_thread::own_thread()
    : context_(std::make_shared<boost::asio::io_context>()),
      work_(context_->get_executor()),
      thread_([context = context_] {
          os::block_all_signals();
          context->run();
      })
{
}

own_thread::~own_thread()
{
    work_.reset();
    if (thread_.get_id() == std::this_thread::get_id())
        thread_.detach();
    else
        thread_.join();
}

} // namespace procpool::detail
