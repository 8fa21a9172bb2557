// SPDX-License-Identifier: BSL-1.0
#include "pool/settled_operations.hpp"

namespace procpool::detail {

settled_operations::~settled_operations()
{
    while (!empty())
        operations_.pop()->abandon();
}

void settled_operations::deliver()
{
    while (!empty()) {
        operation_ptr op = operations_.pop();
        auto& next = *op;
        next.deliver(std::move(op));
    }
}

} // namespace procpool::detail
