// SPDX-License-Identifier: BSL-1.0
#include "by_pool.hpp"
#include "formatting.hpp"

#include <procpool/codec.hpp>
#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/type_name.hpp>

#include <algorithm>
#include <new>

namespace procpool::detail {

namespace {

/// What a serialization function threw may quote what a broken worker has sent, such as the name of a class.
std::string quotable(std::string text)
{
    constexpr std::size_t most = 1024;
    std::ranges::replace(text, '\n', ' ');
    return one_line(std::move(text), most);
}

/// In a handler.
boost::system::system_error codec_failure(const std::type_info& type, const std::string& what_failed)
{
    const auto sentence = "A value of type " + type_name(type) + " could not be " + what_failed;
    try {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& reason) {
        return error_with(errc::not_serializable, sentence + ": " + quotable(reason.what()));
    } catch (...) {
        return error_with(errc::not_serializable, sentence + ": its serialization function threw no std::exception");
    }
}

} // namespace

void rethrow_encoding_failure(const std::type_info& type)
{
    throw by_pool(codec_failure(type, "turned into bytes")); // the task is refused
}

void rethrow_decoding_failure(const std::type_info& type)
{
    throw codec_failure(type, "made from its bytes"); // a matter of the task
}

} // namespace procpool::detail
