// SPDX-License-Identifier: BSL-1.0
#include "pool/settled_operations.hpp"

#include <utility>

namespace procpool::detail {

settled_operations::~settled_operations()
{
    for (const auto& op : operations_)
        if (op) // null: delivered
            op->abandon();
}

settled_operations settled_operations::take()
{
    settled_operations taken;
    taken.operations_.swap(operations_);
    taken.delivered_ = std::exchange(delivered_, 0);
    return taken;
}

void settled_operations::deliver()
{
    while (!empty()) {
        operation_ptr op = std::move(operations_[delivered_++]);
        auto& next = *op;
        next.deliver(std::move(op));
    }
}

} // namespace procpool::detail
