# SPDX-License-Identifier: BSL-1.0
# Compiles FILE and fails unless the compiler refuses it with exactly one error, which has the sentence that the file's
# first line names. The next lines may ask for more:
#   // expect: SENTENCE  a part of the error
#   // flags: OPTIONS    for the compiler
#   // note: TEXT        somewhere in the compiler's notes
cmake_minimum_required(VERSION 3.25)

file(STRINGS ${FILE} lines LIMIT_COUNT 3)
foreach(line IN LISTS lines)
  if(line MATCHES "^// (expect|flags|note): (.+)$")
    set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endif()
endforeach()
list(GET lines 0 first)
if(NOT first MATCHES "^// expect: .")
  message(FATAL_ERROR "${FILE}: the first line must be \"// expect: \" and a part of the sentence to be seen.")
endif()

separate_arguments(flags UNIX_COMMAND "${flags}")
list(TRANSFORM INCLUDES PREPEND -I)
execute_process(COMMAND ${COMPILER} -std=c++20 ${flags} -fsyntax-only -fdiagnostics-color=never ${INCLUDES} ${FILE}
                RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(status EQUAL 0)
  message(FATAL_ERROR "${FILE} compiled. It should have been refused with: ${expect}")
endif()
string(REGEX REPLACE "[][;]" " " output "${output}") # they mean something in a list
string(REGEX MATCHALL "error: [^\n]*" errors "${output}")
list(LENGTH errors count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "${FILE} was refused with ${count} errors instead of one.\nThe compiler said:\n${output}")
endif()
string(REGEX REPLACE "[][;]" " " expect "${expect}")
string(FIND "${errors}" "${expect}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "${FILE} was refused, but not with: ${expect}\nThe compiler said:\n${output}")
endif()
string(FIND "${output}" "${note}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "${FILE} was refused, but no note has: ${note}\nThe compiler said:\n${output}")
endif()
