// SPDX-License-Identifier: BSL-1.0
// The pool's part that carries captured lines to the user.
#include "pool/pool_impl.hpp"

namespace procpool::detail {

// The lines that the engine has found come before the outcomes that it has found with them.
void pool_impl::deliver_in_order(settled_operations settled)
{
    if (desk_.is_idle())
        return deliver(std::move(settled));
    if (!settled.empty() || events_.has_news())
        desk_.add(std::move(settled));
    deliver_output();
}

void pool_impl::deliver_output()
{
    if (!desk_.begin())
        return;
    try {
        while (auto next = desk_.next())
            deliver_entry(*next);
    } catch (...) { // leaves through the context's run(), as from a handler; the rest follows in a post
        desk_.end();
        post_call([self = shared_from_this()] { self->deliver_output(); });
        throw;
    }
}

// Outcomes are posted: a handler may block until another one is called, which would wait here for its turn.
void pool_impl::deliver_entry(output_desk::entry& next)
{
    if (auto* settled = std::get_if<settled_operations>(&next))
        return post_delivery(settled->take());
    if (desk_.freed())
        post_call([self = shared_from_this()] { self->run(&engine::resume_output); });
    options_.worker.on_output(std::get<output_line>(next));
}

} // namespace procpool::detail
