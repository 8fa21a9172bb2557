# SPDX-License-Identifier: BSL-1.0

# procpool_seccomp(<target>): links libseccomp if it is there. Without it, workers with a syscall_profile do not start.
# By name and not by path, because a static procpool's package carries it to other machines.
function(procpool_seccomp target)
  find_path(PROCPOOL_SECCOMP_INCLUDE seccomp.h)
  find_library(PROCPOOL_SECCOMP_LIBRARY seccomp)
  mark_as_advanced(PROCPOOL_SECCOMP_INCLUDE PROCPOOL_SECCOMP_LIBRARY)
  if(NOT PROCPOOL_SECCOMP_INCLUDE OR NOT PROCPOOL_SECCOMP_LIBRARY)
    message(STATUS "libseccomp was not found (Debian: libseccomp-dev): procpool::syscall_profile will be refused")
    return()
  endif()
  set_source_files_properties(${PROJECT_SOURCE_DIR}/lib/os/seccomp.cpp PROPERTIES
    COMPILE_DEFINITIONS PROCPOOL_HAS_LIBSECCOMP)
  target_include_directories(${target} PRIVATE ${PROCPOOL_SECCOMP_INCLUDE})
  target_link_libraries(${target} PRIVATE seccomp)
endfunction()
