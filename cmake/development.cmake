# SPDX-License-Identifier: BSL-1.0
# Everything below the line that users of the library never cross.
include(cmake/warnings.cmake)
include(cmake/programs.cmake)

enable_testing()
procpool_warnings(procpool)

if(PROCPOOL_BUILD_TESTS)
  add_subdirectory(test)
endif()
if(PROCPOOL_BUILD_EXAMPLES)
  add_subdirectory(examples)
endif()
if(PROCPOOL_BUILD_BENCH)
  add_subdirectory(bench)
endif()
if(PROCPOOL_BUILD_FUZZ)
  add_subdirectory(test/fuzz)
endif()
