// SPDX-License-Identifier: BSL-1.0
#include <procpool/this_worker.hpp>

#include "os/this_process.hpp"

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

kept& all_kept()
{
    static auto* const all = new kept; // never destroyed: threads and exit hooks may use it to the end
    return *all;
}

class exit_hooks {
public:
    exit_hooks()
    {
        os::is_forked_copy(); // from now on, this process is the original
        if (std::atexit([] { the().run(); }) != 0)
            throw std::bad_alloc();
    }
    static exit_hooks& the()
    {
        static auto* const hooks = new exit_hooks;
        return *hooks;
    }
    void add(std::function<void()> hook)
    {
        const std::scoped_lock lock(mutex_);
        hooks_.push_back(std::move(hook));
    }

private:
    // Not in a child that a task has forked: they are its parent's. A hook may add others.
    void run()
    {
        while (!os::is_forked_copy() && take_last())
            last_();
    }
    bool take_last()
    {
        const std::scoped_lock lock(mutex_);
        if (hooks_.empty())
            return false;
        last_ = std::move(hooks_.back());
        hooks_.pop_back();
        return true;
    }

    std::mutex mutex_;
    std::vector<std::function<void()>> hooks_;
    std::function<void()> last_;
};

} // namespace

void* detail::find_or_make(std::type_index type, const maker& make)
{
    auto& all = all_kept();
    const std::scoped_lock lock(all.mutex);
    if (const auto found = all.objects.find(type); found != all.objects.end())
        return found->second.get();
    auto made = make();
    return all.objects.emplace(type, std::move(made)).first->second.get();
}

void at_exit(std::function<void()> hook)
{
    exit_hooks::the().add(std::move(hook));
}

} // namespace procpool::this_worker
