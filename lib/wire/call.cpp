// SPDX-License-Identifier: BSL-1.0
#include <procpool/codec.hpp>
#include <procpool/detail/call.hpp>

#include <string>

namespace procpool::detail {

void begin_call(call& made, code_ref code)
{
    refer_to(made, code);
    writer to(made.bytes);
    encode(to, code);
}

void begin_named_call(call& made, std::string_view name, std::string_view signature)
{
    writer to(made.bytes);
    encode(to, code_ref{named_module, 0});
    encode(to, std::string(name));
    encode(to, std::string(signature));
}

} // namespace procpool::detail
