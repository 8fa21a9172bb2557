// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/options.hpp>

#include <memory>

namespace procpool::detail {

/// The options of one submission as they travel with it: checked, and in most cases the usual ones, which cost nothing.
class task_options {
public:
    /// The usual ones.
    task_options() noexcept = default;
    /// Throws errc::invalid_option.
    PROCPOOL_DECL explicit task_options(const submit_options& given);

    /// Null for the usual ones. With a name that lives as long as a copy of this object.
    const submit_options* given() const noexcept { return given_.get(); }

private:
    std::shared_ptr<const submit_options> given_;
};

} // namespace procpool::detail
