# SPDX-License-Identifier: BSL-1.0
set(PROCPOOL_TEST_TIMEOUT 600 CACHE STRING "Seconds after which ctest ends a test that hangs")

# procpool_test(<name> <source>...): one Boost.Test executable and the ctest entry of the same name. Its main and what
# tests share come from test/support. CMAKE_UNITY_BUILD is for the library: test files use the same names.
function(procpool_test name)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  target_link_libraries(${name} PRIVATE procpool_test_support)
  procpool_warnings(${name})
  if(PROCPOOL_TEST_PCH)
    target_precompile_headers(${name} REUSE_FROM procpool_test_support)
  endif()
  procpool_add_test(${name} COMMAND ${name})
endfunction()

# procpool_test_folder(<name> <source>...): one test of all the files, apart from those that say "// own executable" on
# top: they become tests of their own, <name>_<file>. One that says "// own executable, with <file>.cpp" goes along with
# that file.
function(procpool_test_folder name)
  set(programs)
  foreach(file ${ARGN})
    procpool_test_of(${file} ${name} program)
    list(APPEND programs ${program})
    list(APPEND files_of_${program} ${file})
  endforeach()
  list(REMOVE_DUPLICATES programs)
  foreach(program ${programs})
    procpool_test(${program} ${files_of_${program}})
  endforeach()
endfunction()

function(procpool_test_of file folder out)
  file(STRINGS ${file} alone LIMIT_COUNT 5 REGEX "^// own executable")
  get_filename_component(stem ${file} NAME_WE)
  if(alone MATCHES "^// own executable, with ([a-z_]+)\\.cpp")
    set(${out} ${folder}_${CMAKE_MATCH_1} PARENT_SCOPE)
  elseif(alone)
    set(${out} ${folder}_${stem} PARENT_SCOPE)
  else()
    set(${out} ${folder} PARENT_SCOPE)
  endif()
endfunction()

# procpool_example(<name> <source>...): a program, and when <name>.expected lies beside it, the test that it prints what
# that describes (expect_output.sh). When <name>.sh does, the test is that script, called with the program's path.
function(procpool_example name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE procpool::procpool)
  procpool_warnings(${name})
  set(beside ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  if(EXISTS ${beside}.sh)
    procpool_add_test(example_${name} COMMAND bash ${beside}.sh $<TARGET_FILE:${name}>)
  elseif(EXISTS ${beside}.expected)
    procpool_add_test(example_${name} COMMAND bash ${PROJECT_SOURCE_DIR}/cmake/expect_output.sh ${beside}.expected
                                              $<TARGET_FILE:${name}>)
  endif()
endfunction()

# procpool_examples(): each file beside the calling one is such a program.
function(procpool_examples)
  file(GLOB programs CONFIGURE_DEPENDS *.cpp)
  foreach(program ${programs})
    get_filename_component(name ${program} NAME_WE)
    procpool_example(${name} ${program})
  endforeach()
endfunction()

# As add_test, with a time limit: a hang must have a name. Exit status 77 means: skipped, and why is on the last line.
# What a sanitizer reports in a worker that is killed anyway must fail the test too.
function(procpool_add_test name)
  add_test(NAME ${name} ${ARGN})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${PROCPOOL_TEST_TIMEOUT} SKIP_RETURN_CODE 77
                                          FAIL_REGULAR_EXPRESSION "Sanitizer: ;: runtime error: ")
endfunction()
