// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>
#include <procpool/detail/throw_error.hpp>
#include <procpool/detail/type_name.hpp>

#include <new>

namespace procpool::detail {

namespace {

[[noreturn]] void rethrow_failure(const std::type_info& type, const std::string& what_failed)
{
    const auto sentence = "A value of type " + type_name(type) + " could not be " + what_failed;
    try {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& reason) {
        throw_error(errc::not_serializable, sentence + ": " + reason.what());
    } catch (...) {
        throw_error(errc::not_serializable, sentence + ": its serialization function threw no std::exception");
    }
}

} // namespace

void rethrow_encoding_failure(const std::type_info& type)
{
    rethrow_failure(type, "turned into bytes");
}

void rethrow_decoding_failure(const std::type_info& type)
{
    rethrow_failure(type, "made from its bytes");
}

} // namespace procpool::detail
