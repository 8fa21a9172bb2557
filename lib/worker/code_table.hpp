// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "wire/message.hpp"

#include <procpool/detail/call.hpp>

namespace procpool::worker {

/// The parent told of a module that its calls will refer to.
void add_module(wire::module_notice notice);

/// While it exists, the calling thread resolves code to which this process itself has referred.
class own_modules {
public:
    using lookup = wire::module_notice (*)(std::uint32_t number);

    explicit own_modules(lookup notice_of) noexcept;
    own_modules(const own_modules&) = delete;
    own_modules& operator=(const own_modules&) = delete;
    ~own_modules();

    /// Whether the calling thread does so.
    static bool are_in_use() noexcept;

private:
    lookup before_;
};

} // namespace procpool::worker
