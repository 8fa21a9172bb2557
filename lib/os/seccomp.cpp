// SPDX-License-Identifier: BSL-1.0
#include "os/seccomp.hpp"

#include <stdexcept>

#ifdef PROCPOOL_HAS_LIBSECCOMP

#include "os/seccomp_calls.hpp"

#include <cerrno>
#include <cstring>
#include <linux/seccomp.h>
#include <memory>
#include <seccomp.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace procpool::os {

namespace {

void check(int result)
{
    if (result < 0)
        throw std::runtime_error(std::string("the filter of system calls could not be set: ") + std::strerror(-result) +
                                 "; a thread of the worker may have a filter of its own");
}

class filter {
public:
    /// `usual`: of calls that nothing is added for.
    explicit filter(std::uint32_t usual) : context_(::seccomp_init(usual), &::seccomp_release)
    {
        if (!context_)
            throw std::bad_alloc();
        check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
        check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, by_binary_search));
    }

    template <class Calls>
    void add(std::uint32_t action, const Calls& calls)
    {
        for (const char* name : calls)
            add(action, name, {});
    }

    void allow(const std::vector<conditional_call>& calls)
    {
        for (const auto& call : calls)
            add(SCMP_ACT_ALLOW, call.name,
                {{.arg = call.argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = call.mask, .datum_b = call.value}});
    }

    void refuse(const std::vector<refused_call>& calls)
    {
        for (const auto& call : calls) {
            std::vector<scmp_arg_cmp> conditions;
            for (const auto& each : call.arguments)
                conditions.push_back(
                    {.arg = each.argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = each.mask, .datum_b = each.value});
            const int known = ::seccomp_syscall_resolve_name(call.name);
            add(SCMP_ACT_ERRNO(EPERM), known == __NR_SCMP_ERROR && call.number != 0 ? call.number : known, conditions);
        }
    }

    void load()
    {
#ifndef PROCPOOL_PLANTED_BUG // what the fuzz target must find
        check(::seccomp_load(context_.get()));
#endif
    }

private:
    static constexpr std::uint32_t by_binary_search = 2;

    void add(std::uint32_t action, const char* name, const std::vector<scmp_arg_cmp>& conditions)
    {
        add(action, ::seccomp_syscall_resolve_name(name), conditions);
    }
    void add(std::uint32_t action, int number, const std::vector<scmp_arg_cmp>& conditions)
    {
        if (number != __NR_SCMP_ERROR)
            check(::seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(conditions.size()),
                                           conditions.data()));
    }

    std::unique_ptr<void, decltype(&::seccomp_release)> context_;
};

} // namespace

bool has_seccomp() noexcept
{
    const std::uint32_t action = SECCOMP_RET_ERRNO;
    return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

// A filter of its own, because libseccomp's cannot refuse a part of what they allow.
void refuse_by_seccomp(const std::vector<refused_call>& calls)
{
    filter refused(SCMP_ACT_ALLOW);
    refused.refuse(calls);
    refused.load();
}

void restrict_by_seccomp(syscall_profile profile)
{
    filter calls(SCMP_ACT_ERRNO(EPERM));
    calls.add(SCMP_ACT_ALLOW, harmless_calls);
    calls.add(SCMP_ACT_ERRNO(ENOSYS), unknown_calls);
    calls.allow(conditional_calls());
    if (profile == syscall_profile::readonly) {
        calls.add(SCMP_ACT_ALLOW, reading_calls);
        calls.allow(conditional_reading_calls());
    }
    calls.load();
}

} // namespace procpool::os

#else

namespace procpool::os {

bool has_seccomp() noexcept
{
    return false;
}

void refuse_by_seccomp(const std::vector<refused_call>&)
{
    restrict_by_seccomp({});
}

void restrict_by_seccomp(syscall_profile)
{
    throw std::runtime_error("procpool was built without libseccomp");
}

} // namespace procpool::os

#endif
