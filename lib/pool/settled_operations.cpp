// SPDX-License-Identifier: BSL-1.0
#include "pool/settled_operations.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace procpool::detail {

settled_operations::~settled_operations()
{
    for (const auto& op : operations_)
        if (op) // null: delivered
            op->abandon();
}

void settled_operations::post_to(const boost::asio::any_io_executor& executor)
{
    if (operations_.empty())
        return;
    settled_operations leaving;
    leaving.operations_.swap(operations_);
    leaving.delivered_ = std::exchange(delivered_, 0);
    boost::asio::post(executor, [executor, all = std::move(leaving)]() mutable { all.deliver(executor); });
}

// A handler that throws leaves through the context's run(), as Asio promises; the others follow in another post.
void settled_operations::deliver(const boost::asio::any_io_executor& executor)
{
    struct rest {
        settled_operations& all;
        const boost::asio::any_io_executor& executor;
        ~rest()
        {
            if (all.delivered_ != all.operations_.size())
                all.post_to(executor);
        }
    } const after{*this, executor};
    while (delivered_ != operations_.size()) {
        const operation_ptr op = std::move(operations_[delivered_++]);
        op->deliver();
    }
}

} // namespace procpool::detail
