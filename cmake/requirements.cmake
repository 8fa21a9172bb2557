# SPDX-License-Identifier: BSL-1.0
# Says plainly, at configure time, where procpool cannot work; otherwise the first sign would be a page of compiler errors.

if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  message(FATAL_ERROR "procpool runs on Linux only (it needs pidfd, memfd and F_SETSIG), and this build is for "
                      "${CMAKE_SYSTEM_NAME}. Build it on Linux with kernel 5.11 or newer.")
endif()

set(oldest_GNU 12)
set(oldest_Clang 16)
if(NOT DEFINED oldest_${CMAKE_CXX_COMPILER_ID})
  message(WARNING "procpool is tested with g++ and clang++, and this compiler is ${CMAKE_CXX_COMPILER_ID}. It may work.")
elseif(CMAKE_CXX_COMPILER_VERSION VERSION_LESS oldest_${CMAKE_CXX_COMPILER_ID})
  message(FATAL_ERROR "procpool needs g++ 12 or clang++ 16 or newer, and ${CMAKE_CXX_COMPILER} is "
                      "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}. Choose another one with "
                      "-D CMAKE_CXX_COMPILER=g++-12.")
endif()

include(CheckCXXSourceCompiles)
include(CMakePushCheckState)
cmake_push_check_state()
string(APPEND CMAKE_REQUIRED_FLAGS " -std=c++20")
check_cxx_source_compiles("#include <stop_token>\nint main() { return std::stop_token().stop_requested(); }"
                          PROCPOOL_HAS_STOP_TOKEN)
cmake_pop_check_state()
if(NOT PROCPOOL_HAS_STOP_TOKEN)
  unset(PROCPOOL_HAS_STOP_TOKEN CACHE) # ask again after a correction
  message(FATAL_ERROR "procpool needs std::stop_token, and a program that uses it cannot be built here (the reason is at "
                      "the end of CMakeFiles/CMakeError.log or CMakeConfigureLog.yaml). libc++ has std::stop_token from "
                      "version 20, in 18 and 19 with -fexperimental-library. Or use libstdc++, without -stdlib=libc++.")
endif()
