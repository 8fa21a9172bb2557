# SPDX-License-Identifier: BSL-1.0

# procpool_add_worker(<target> <source>...): a worker program, for pool_options::executable. Its main registers the tasks
# it offers by name and calls procpool::run_if_worker().
function(procpool_add_worker target)
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE procpool::procpool)
endfunction()
