# SPDX-License-Identifier: BSL-1.0
# Finds Boost, and those of its compiled libraries that procpool links: procpool_boost_components.
set(newest_tested_boost 1.92) # with which all tests were run: see CONTRIBUTING.md

find_package(Boost 1.81 CONFIG REQUIRED)
set(procpool_boost_components filesystem)
if(Boost_VERSION VERSION_GREATER_EQUAL 1.86) # a header-only library before
  list(APPEND procpool_boost_components process)
endif()
find_package(Boost ${Boost_VERSION} EXACT CONFIG REQUIRED COMPONENTS ${procpool_boost_components})
list(TRANSFORM procpool_boost_components PREPEND Boost:: OUTPUT_VARIABLE procpool_boost_libraries)

if(Boost_VERSION VERSION_GREATER_EQUAL newest_tested_boost AND NOT Boost_VERSION MATCHES "^${newest_tested_boost}\\.")
  message(WARNING "All tests of procpool were run with Boost up to ${newest_tested_boost}, and this is Boost ${Boost_VERSION}. "
                  "It may work: ./dev boost PREFIX runs the tests with an installed Boost.")
endif()
