// SPDX-License-Identifier: BSL-1.0
#include <procpool/this_worker.hpp>

#include "os/per_process.hpp"

#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace procpool::this_worker {
namespace {

struct kept {
    std::recursive_mutex mutex; // a constructor may ask for the state of another type
    std::unordered_map<std::type_index, std::shared_ptr<void>> objects;
};

constinit os::per_process<kept> all_kept;

class exit_hooks {
public:
    void add(std::function<void()> hook)
    {
        const std::scoped_lock lock(mutex_);
        hooks_.push_back(std::move(hook));
    }

    /// A hook may add others, and may fork: then they are the parent's.
    void run()
    {
        while (mark_.is_here() && take_last())
            last_();
    }

private:
    bool take_last()
    {
        const std::scoped_lock lock(mutex_);
        if (hooks_.empty())
            return false;
        last_ = std::move(hooks_.back());
        hooks_.pop_back();
        return true;
    }

    const os::process_mark mark_;
    std::mutex mutex_;
    std::vector<std::function<void()>> hooks_;
    std::function<void()> last_;
};

void run_exit_hooks();

struct registered_hooks : exit_hooks {
    registered_hooks()
    {
        if (std::atexit(run_exit_hooks) != 0)
            throw std::bad_alloc();
    }
};

constinit os::per_process<registered_hooks> all_hooks;

// Twice in a forked copy that has hooks of its own, which inherits the registration: the second call finds none left.
void run_exit_hooks()
{
    if (auto* const own = all_hooks.find())
        own->run();
}

} // namespace

void* detail::find_or_make(std::type_index type, const maker& make)
{
    auto& all = all_kept.get();
    const std::scoped_lock lock(all.mutex);
    if (const auto found = all.objects.find(type); found != all.objects.end())
        return found->second.get();
    auto made = make();
    return all.objects.emplace(type, std::move(made)).first->second.get();
}

void at_exit(std::function<void()> hook)
{
    all_hooks.get().add(std::move(hook));
}

} // namespace procpool::this_worker
