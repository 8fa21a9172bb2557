# SPDX-License-Identifier: BSL-1.0
# Compiles FILE and fails unless the compiler refuses it with the sentence that the first line "// expect: ..." names.
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${FILE} first LIMIT_COUNT 1)
if(NOT first MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${FILE}: the first line must be \"// expect: \" and a part of the sentence to be seen.")
endif()
set(sentence "${CMAKE_MATCH_1}")

list(TRANSFORM INCLUDES PREPEND -I)
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -fdiagnostics-color=never ${INCLUDES} ${FILE}
                RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(status EQUAL 0)
  message(FATAL_ERROR "${FILE} compiled. It should have been refused with: ${sentence}")
endif()
string(FIND "${output}" "${sentence}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "${FILE} was refused, but not with: ${sentence}\nThe compiler said:\n${output}")
endif()
