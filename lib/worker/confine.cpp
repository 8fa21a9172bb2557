// SPDX-License-Identifier: BSL-1.0
#include "worker/confine.hpp"

#include "os/landlock.hpp"
#include "os/limits.hpp"
#include "os/seccomp.hpp"
#include "worker/warm_up.hpp"

#include <algorithm>
#include <stdexcept>

namespace procpool::worker {
namespace {

/// What was asked for and cannot be had fails the start, unless it is marked optional.
void require(bool available, const sandbox_options& sandbox, sandbox_feature feature, const char* sentence)
{
    if (!available && std::ranges::find(sandbox.optional, feature) == sandbox.optional.end())
        throw std::runtime_error(sentence);
}

void require_files(const sandbox_options& sandbox)
{
    const int needed = sandbox.writable ? os::landlock_writing : os::landlock_reading;
    require(os::landlock_version() >= needed, sandbox, sandbox_feature::files,
            "the workers' files cannot be restricted as sandbox_options::readable and writable say, because this "
            "kernel's Landlock is missing or too old: use Linux 6.2 or newer with landlock among its lsm=, or add "
            "sandbox_feature::files to sandbox_options::optional");
}

void require_tcp(const sandbox_options& sandbox)
{
    require(os::has_seccomp(), sandbox, sandbox_feature::tcp,
            "the workers cannot be kept from TCP as sandbox_options::no_tcp says, because this kernel has no seccomp "
            "filters or procpool was built without libseccomp: change that, or add sandbox_feature::tcp to "
            "sandbox_options::optional");
}

void require_syscalls(const sandbox_options& sandbox)
{
    require(os::has_seccomp(), sandbox, sandbox_feature::syscalls,
            "the workers' system calls cannot be filtered as sandbox_options::syscalls says, because this kernel has "
            "no seccomp filters or procpool was built without libseccomp: change that, or add "
            "sandbox_feature::syscalls to sandbox_options::optional");
}

bool reads_by_system_calls(const sandbox_options& sandbox)
{
    return sandbox.syscalls == syscall_profile::readonly && os::has_seccomp();
}

/// Whoever has rules of Landlock cannot reach into processes that have not, through /proc or otherwise. So `readonly`
/// has some too, where the kernel knows them: it would open the files of its parent.
void close_landlock(const sandbox_options& sandbox)
{
    const int version = os::landlock_version();
    const bool files = sandbox.readable || sandbox.writable;
    const bool no_tcp = sandbox.no_tcp && version >= os::landlock_tcp;
    if (files)
        require_files(sandbox);
    if (version > 0 && (files || no_tcp || reads_by_system_calls(sandbox)))
        os::restrict_by_landlock({sandbox.readable, sandbox.writable, no_tcp});
}

void refuse_calls(const sandbox_options& sandbox)
{
    if (sandbox.no_tcp)
        os::refuse_by_seccomp(os::calls_for_tcp());
    if (sandbox.writable && sandbox.writable->empty())
        os::refuse_by_seccomp(os::calls_on_attributes());
}

/// A profile has none of the calls that are refused otherwise.
void close_seccomp(const sandbox_options& sandbox, const os::worker_descriptors& channel)
{
    const bool has_profile = sandbox.syscalls != syscall_profile::all;
    if (has_profile)
        require_syscalls(sandbox);
    if (sandbox.no_tcp)
        require_tcp(sandbox);
    if (!os::has_seccomp())
        return;
    if (!has_profile)
        return refuse_calls(sandbox);
    os::refuse_by_seccomp(os::calls_on_channel(channel));
    os::restrict_by_seccomp(sandbox.syscalls);
}

} // namespace

void confine(const resource_limits& limits, const sandbox_options& sandbox, const os::worker_descriptors& channel)
{
    if (limits == resource_limits{} && sandbox == sandbox_options{})
        return;
    // In this order, because each step takes away what those before it need.
    warm_up();
    os::apply_thread_limits(limits);
    if (sandbox.no_new_privs)
        os::forbid_new_privileges();
    close_landlock(sandbox);
    os::apply_limits(limits);
    close_seccomp(sandbox, channel);
}

} // namespace procpool::worker
