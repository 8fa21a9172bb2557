# SPDX-License-Identifier: BSL-1.0
include(GNUInstallDirs)

# procpool_library(<name>): the library <name> and its alias procpool::<name>, from lib/ and include/ beside the
# calling file. Static, or shared with BUILD_SHARED_LIBS.
function(procpool_library name)
  add_library(${name})
  add_library(procpool::${name} ALIAS ${name})
  procpool_library_sources(${name})
  get_target_property(type ${name} TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    target_compile_definitions(${name} PRIVATE PROCPOOL_BUILDING)
  else()
    target_compile_definitions(${name} PUBLIC PROCPOOL_STATIC)
  endif()
  set_target_properties(${name} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
endfunction()

# What the library and the copy of it that unit tests look into have in common.
function(procpool_library_sources name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lib/*.cpp ${PROJECT_SOURCE_DIR}/lib/*/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.hpp)
  target_sources(${name} PRIVATE ${sources})
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/lib)
  target_compile_features(${name} PUBLIC cxx_std_20)
  # A static procpool is often linked into a shared library of the user's, hence position independent.
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden
                                           VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  # Parent and worker compare the build ids of the modules that a task's code comes from.
  target_link_options(${name} PUBLIC LINKER:--build-id)
endfunction()
