// SPDX-License-Identifier: BSL-1.0
#include "os/system_error.hpp"

#include <cerrno>
#include <string>

namespace procpool::os {

namespace {

const char* advice(int error) noexcept
{
    switch (error) {
    case EMFILE:
        return " (raise this process's limit of open files, ulimit -n, or use fewer workers)";
    case EFBIG:
        return " (raise this process's limit of file sizes, ulimit -f)";
    case ENFILE:
        return " (raise the system's limit of open files, sysctl fs.file-max)";
    default:
        return "";
    }
}

} // namespace

std::error_code last_error() noexcept
{
    return {errno, std::system_category()};
}

std::string str(const failed_call& what)
{
    return what.name + (": " + what.error.message());
}

void throw_last_error(const char* what)
{
    const std::error_code error = last_error();
    throw std::system_error(error, std::string(what) + advice(error.value()));
}

} // namespace procpool::os
