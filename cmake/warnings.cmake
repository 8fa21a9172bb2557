# SPDX-License-Identifier: BSL-1.0

option(PROCPOOL_WERROR "Treat warnings in procpool's own code as errors" OFF)

# procpool_warnings(<target>): our warnings, private to the target, so that a user never builds with them.
function(procpool_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
  if(PROCPOOL_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
