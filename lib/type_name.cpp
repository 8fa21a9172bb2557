// SPDX-License-Identifier: BSL-1.0
#include <procpool/detail/type_name.hpp>

#include <boost/algorithm/string/replace.hpp>
#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace procpool::detail {

std::string type_name(const std::type_info& type)
{
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> demangled(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
    std::string name = demangled ? demangled.get() : type.name();
    boost::replace_all(name, "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
                       "std::string");
    boost::replace_all(name, "::__cxx11::", "::");
    return name;
}

} // namespace procpool::detail
