// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/config.hpp>

#include <cstdint>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

namespace procpool::detail {

/// Keeps watch over the shared pointers of one reader. In the bytes, the first pointer to an object has a number and is
/// followed by the object; later ones have the number alone. cereal believes each number: an object would be taken
/// for one of another type, and a pointer to the object that it lies in would make a cycle, which is never freed.
class shared_pointees {
public:
    /// A shared pointer to that type is about to be read.
    void enter(const std::type_info& type) { open_.push_back({type, std::exchange(next_is_weak_, false)}); }
    /// It was read, with the object if it was the first.
    PROCPOOL_DECL void leave();
    /// The pointer that comes next is weak: it may lead back to an object that it lies in.
    void expect_weak(bool is_weak) noexcept { next_is_weak_ = is_weak; }

    /// The open pointer is the first to the object of that number, the next in turn: cereal's hash table would be slow
    /// with numbers that were chosen to collide. Throws errc::not_serializable, as the next does.
    PROCPOOL_DECL void add(std::uint32_t number);
    /// The open pointer refers back to that number.
    PROCPOOL_DECL void check(std::uint32_t number) const;

private:
    struct open_pointer {
        std::type_index type;
        bool is_weak;
        std::uint32_t number = 0;
    };
    struct pointee {
        std::type_index type;
        bool is_complete = false;
    };

    std::vector<open_pointer> open_;
    std::vector<pointee> pointees_; // their numbers begin with 1
    bool next_is_weak_ = false;
};

} // namespace procpool::detail
