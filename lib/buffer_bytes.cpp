// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/buffer_bytes.hpp>

#include <procpool/detail/call.hpp>
#include <procpool/detail/decoder.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace procpool::detail {

namespace {

void move_to_new(byte_buffer& bytes)
{
    byte_buffer copy = new_buffer_bytes(bytes.size(), 1);
    std::copy(bytes.begin(), bytes.end(), copy.begin());
    bytes = std::move(copy);
}

} // namespace

byte_buffer new_buffer_bytes(std::size_t count, std::size_t element_size)
{
    if (count > std::numeric_limits<std::size_t>::max() / 4 / element_size)
        throw std::bad_alloc();
    const std::size_t size = count * element_size;
    byte_buffer bytes;
    bytes.share(size);
    bytes.extend(std::max(size, byte_buffer::inline_capacity + 1));
    bytes.clear();
    bytes.extend(size);
    return bytes;
}

void encode_buffer(call& made, byte_buffer bytes)
{
    constexpr std::size_t most_attached = 8;
    const bool is_attached = bytes.shared() && bytes.size() >= shared_from && made.attached.size() < most_attached;
    const std::uint64_t size = bytes.size();
    const std::uint64_t place = is_attached ? made.attached.size() : not_attached;
    made.bytes.append(&size, sizeof(size));
    made.bytes.append(&place, sizeof(place));
    if (is_attached) {
        made.attached.push_back(std::move(bytes));
    } else {
        made.bytes.share(bytes.size());
        made.bytes.append(bytes.data(), bytes.size());
    }
}

byte_buffer decoder::take_buffer()
{
    std::uint64_t size = 0;
    std::uint64_t place = 0;
    from_.extract(&size, sizeof(size));
    from_.extract(&place, sizeof(place));
    if (place == not_attached) {
        const auto bytes = from_.take(size);
        byte_buffer copy;
        copy.append(bytes.data(), bytes.size());
        return copy;
    }
    if (place >= attached_.size() || attached_[place].size() != size)
        byte_source::refuse("a buffer is missing");
    return std::move(attached_[place]);
}

void make_writable(byte_buffer& bytes)
{
    if (bytes.shared() && !bytes.shared()->is_only_ours())
        move_to_new(bytes);
}

void align_for_buffer(byte_buffer& bytes)
{
    if (bytes.capacity() == byte_buffer::inline_capacity)
        move_to_new(bytes);
}

} // namespace procpool::detail
