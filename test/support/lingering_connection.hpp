// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/descriptor.hpp>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace procpool::test {

/// A connection whose `sender` takes an hour to close: it has sent what nobody reads, and lingers.
struct lingering_connection {
    detail::descriptor listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    detail::descriptor sender{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    detail::descriptor receiver;

    lingering_connection()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        const bool is_connected = ::bind(listener.get(), plain, size) == 0 && ::listen(listener.get(), 1) == 0 &&
                                  ::getsockname(listener.get(), plain, &size) == 0 &&
                                  ::connect(sender.get(), plain, size) == 0;
        if (!is_connected)
            throw std::runtime_error("no connection");
        receiver = detail::descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const std::array<char, 4096> bytes{};
        while (::send(sender.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
        }
        constexpr linger one_hour{1, 3600};
        ::setsockopt(sender.get(), SOL_SOCKET, SO_LINGER, &one_hour, sizeof(one_hour));
    }
};

} // namespace procpool::test
