// SPDX-License-Identifier: BSL-1.0
// The pool's part that carries captured lines and events to the user.
#include "pool/pool_impl.hpp"

namespace procpool::detail {

// What the engine has to tell comes before the outcomes that it has found with it.
void pool_impl::deliver_in_order(settled_operations settled)
{
    if (desk_.is_idle())
        return deliver(std::move(settled));
    queue_behind_news(std::move(settled));
    deliver_news();
}

void pool_impl::post_in_order(settled_operations settled)
{
    if (desk_.is_idle())
        return post_delivery(std::move(settled));
    queue_behind_news(std::move(settled));
    post_call([self = shared_from_this()] { self->deliver_news(); });
}

void pool_impl::queue_behind_news(settled_operations settled)
{
    if (!settled.empty())
        desk_.add(std::move(settled));
}

void pool_impl::deliver_news()
{
    if (!desk_.begin())
        return;
    try {
        while (auto next = desk_.next())
            deliver_entry(*next);
    } catch (...) { // leaves through the context's run(), as from a handler; the rest follows in a post
        desk_.end();
        post_call([self = shared_from_this()] { self->deliver_news(); });
        throw;
    }
}

// Outcomes are posted: a handler may block until another one is called, which would wait here for its turn.
void pool_impl::deliver_entry(news_desk::entry& next)
{
    if (auto* settled = std::get_if<settled_operations>(&next))
        return post_delivery(settled->take());
    if (const auto* finished = std::get_if<counted_tasks>(&next))
        return make_room(finished->tasks, finished->bytes);
    if (const auto* what = std::get_if<event>(&next))
        return options_.on_event(*what);
    if (desk_.freed())
        post_call([self = shared_from_this()] { self->run(&runner::resume_output); });
    options_.worker.on_output(std::get<output_line>(next));
}

} // namespace procpool::detail
