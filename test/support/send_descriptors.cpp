// SPDX-License-Identifier: BSL-1.0
#include "support/send_descriptors.hpp"

#include <array>
#include <cstring>
#include <sys/socket.h>

namespace procpool::test {

bool send_descriptors(int socket, std::span<const int> descriptors, std::span<std::byte> note)
{
    iovec with{note.data(), note.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &with;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const attached = CMSG_FIRSTHDR(&message);
    attached->cmsg_level = SOL_SOCKET;
    attached->cmsg_type = SCM_RIGHTS;
    attached->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(attached), descriptors.data(), descriptors.size_bytes());
    return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

} // namespace procpool::test
