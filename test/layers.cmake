# SPDX-License-Identifier: BSL-1.0
# Keeps the layers of lib/ apart: fails by file and line for each #include that goes the wrong way.
#   cmake -D ROOT=<source folder> -P layers.cmake
cmake_minimum_required(VERSION 3.25)

# What the files of each folder may include: other folders of lib/, Asio, the system's headers.
set(may_use_os os system)
set(may_use_wire wire)
set(may_use_schedule schedule)
set(may_use_link link wire os asio)
set(may_use_worker worker wire os)
set(may_use_share share os)
set(may_use_pool pool schedule link asio)
set(may_use_process process link wire os asio)

# Exceptions, each with its reason.
set(exceptions
  "pool -> os/futex.hpp"              # future::get() blocks without a mutex on the way of every result
  "pool -> os/original.hpp"           # a forked copy must not close what the original's epoll watches
  "pool -> os/pipe.hpp"               # Asio wants a descriptor of its own for each wait, for queues and pipes
  "pool -> os/this_process.hpp"       # questions about this process: CPUs, limits, whether it is a forked copy
  "pool -> wire/control_page.hpp"     # the version that a worker of another version is told of
  "pool -> wire/error_categories.hpp" # Asio's categories are for those who may know Asio to name
  "pool -> wire/exception_record.hpp" # an exception is decoded beside the handler, not inside the engine
  "pool -> wire/message.hpp"          # what a worker is told first is made of the pool's options
  "pool -> worker/main_guard.hpp"     # whether main has called run_if_worker()
  "process -> worker/main_guard.hpp"  # likewise
  "process -> pool/launch_options.hpp"   # the options that a process and a worker have in common
  "process -> pool/validate_options.hpp" # likewise
  "pool -> worker/run_inline.hpp"     # start_method::inline_: tasks run in this process
)

set(system_header "^(sys|linux|asm)/|^(dlfcn|elf|fcntl|link|poll|pthread|sched|signal|spawn|unistd)\\.h$")
set(value_header "^sys/types\\.h$") # names of values such as pid_t, no calls; likewise <csignal> for SIGKILL

function(includes_of file out)
  file(STRINGS ${file} lines REGEX "^#include [<\"]")
  list(TRANSFORM lines REPLACE "^#include [<\"]([^>\"]+).*" "\\1")
  set(${out} ${lines} PARENT_SCOPE)
endfunction()

# Which layer an included name belongs to; empty for the standard library and our vocabulary. A public header that
# drags in Asio counts as Asio.
function(layer_of included out)
  set(layer "")
  if(included MATCHES "^(os|wire|schedule|link|worker|share|pool|process)/")
    set(layer ${CMAKE_MATCH_1})
  elseif(included MATCHES "^boost/(asio|process|beast)")
    set(layer asio)
  elseif(included MATCHES "${system_header}" AND NOT included MATCHES "${value_header}")
    set(layer system)
  elseif(included MATCHES "^procpool[./]" AND EXISTS ${ROOT}/include/${included})
    includes_of(${ROOT}/include/${included} inner)
    foreach(name ${inner})
      layer_of(${name} inner_layer)
      if(inner_layer STREQUAL "asio")
        set(layer asio)
        break()
      endif()
    endforeach()
  endif()
  set(${out} "${layer}" PARENT_SCOPE)
endfunction()

function(report file included folder layer)
  file(READ ${ROOT}/lib/${file} text)
  string(REGEX REPLACE "#include [<\"]${included}.*" "" before "${text}")
  string(REGEX REPLACE "[^\n]" "" newlines "${before}")
  string(LENGTH "${newlines}" line)
  math(EXPR line "${line} + 1")
  message(SEND_ERROR "lib/${file}:${line}: ${folder} must not use ${layer}, and this file includes ${included}.")
endfunction()

foreach(folder os wire schedule link worker share pool process)
  file(GLOB_RECURSE files RELATIVE ${ROOT}/lib ${ROOT}/lib/${folder}/*.[ch]pp)
  foreach(file ${files})
    includes_of(${ROOT}/lib/${file} names)
    foreach(included ${names})
      layer_of(${included} layer)
      if(layer AND NOT layer IN_LIST may_use_${folder} AND NOT "${folder} -> ${included}" IN_LIST exceptions)
        report(${file} ${included} ${folder} ${layer})
      endif()
    endforeach()
  endforeach()
endforeach()
