# SPDX-License-Identifier: BSL-1.0
# Compiles and links FILE. Fails unless of the symbols in procpool::built_with the linker misses MISSING alone.
cmake_minimum_required(VERSION 3.25)

separate_arguments(FLAGS UNIX_COMMAND "${FLAGS}")
list(TRANSFORM INCLUDES PREPEND -I)
list(TRANSFORM DEFINITIONS PREPEND -D)
# What the library itself needs is left out, so that a program of one file links in a moment: other symbols are missing
# too.
execute_process(COMMAND ${COMPILER} -std=c++20 ${FLAGS} ${DEFINITIONS} ${INCLUDES} ${FILE} -o ${PROGRAM} ${LIBRARY}
                RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)

string(REGEX MATCHALL ":[0-9]+: error: |undefined [^\n]*procpool::built_with::[a-z0-9_]+" missing "${output}")
list(TRANSFORM missing REPLACE ".*::" "")
list(REMOVE_DUPLICATES missing)
if(NOT missing)
  set(missing nothing)
endif()
if(NOT missing STREQUAL MISSING)
  message(FATAL_ERROR "The linker should have missed ${MISSING}, and it was: ${missing}\n${output}")
endif()
