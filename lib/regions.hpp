// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "os/process_mark.hpp"
#include "os/shared_memory.hpp"

#include <procpool/detail/byte_buffer.hpp>
#include <procpool/detail/region.hpp>

#include <cstdint>

namespace procpool {

/// A region that this process made.
class own_region final : public detail::region {
public:
    own_region(std::uint64_t number, os::shown_memory memory) noexcept;
    ~own_region() override;

    bool is_ours() const noexcept override { return true; }
    bool is_only_ours() const noexcept override { return is_held_once() && !is_used_once_ && mark_.is_here(); }
    /// Which memory it is: another region may have the same later.
    std::uint64_t number() const noexcept { return number_; }
    int file() const noexcept { return memory_.file.get(); }
    /// Who has been shown it must not see what others are shown: its memory is not used again.
    void use_once() noexcept { is_used_once_ = true; }

private:
    const os::process_mark mark_;
    const std::uint64_t number_;
    os::shown_memory memory_;
    std::atomic<bool> is_used_once_{false};
};

/// A region of this process that holds these bytes: the one they lie in, or a new one with a copy. Null when there can
/// be none.
boost::intrusive_ptr<own_region> region_of(const detail::byte_buffer& bytes) noexcept;

/// While there are any, freed regions are kept to be used again.
class region_user {
public:
    region_user();
    region_user(const region_user&) = delete;
    region_user& operator=(const region_user&) = delete;
    ~region_user();

private:
    const os::process_mark mark_;
};

/// Gives back the memory of all freed regions.
void give_back_regions() noexcept;

} // namespace procpool
