# SPDX-License-Identifier: BSL-1.0
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/procpool)
install(TARGETS procpool EXPORT procpool FILE_SET HEADERS)
install(EXPORT procpool FILE procpoolTargets.cmake NAMESPACE procpool:: DESTINATION ${package_dir})

configure_package_config_file(cmake/procpoolConfig.cmake.in procpoolConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(procpoolConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/procpoolConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/procpoolConfigVersion.cmake
              cmake/procpool_add_worker.cmake
        DESTINATION ${package_dir})
