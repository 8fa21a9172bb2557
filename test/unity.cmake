# SPDX-License-Identifier: BSL-1.0
# Compiles all sources of the library as one file, as a program with CMAKE_UNITY_BUILD does with several of them. Fails
# when two files use one name for two things.
cmake_minimum_required(VERSION 3.25)

file(GLOB_RECURSE sources ${ROOT}/lib/*.cpp)
list(TRANSFORM sources REPLACE "(.+)" "#include \"\\1\"")
list(JOIN sources "\n" all)
file(WRITE ${FILE} "${all}\n")

# What is not ours may have warnings. The compiler's own folder must not be moved: its headers include each other's next.
list(REMOVE_ITEM INCLUDES ${ROOT}/include /usr/include)
list(TRANSFORM INCLUDES REPLACE "(.+)" "-isystem;\\1")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -fdiagnostics-color=never -Wall -Wextra -Wshadow -Werror
                        -D PROCPOOL_STATIC -I ${ROOT}/lib -I ${ROOT}/include ${INCLUDES} ${FILE}
                RESULT_VARIABLE status ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The sources of the library cannot be compiled together:\n${output}")
endif()
