# find_package(cloudops-execution-engine) gives cloudops::core.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cloudops-execution-engine")
install(TARGETS cloudops_core cloudops_boost EXPORT cloudops-targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY src/core DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/cloudops-execution-engine"
        FILES_MATCHING PATTERN "*.hpp" PATTERN json_fields.hpp EXCLUDE)
install(EXPORT cloudops-targets NAMESPACE cloudops:: DESTINATION "${package_dir}")
configure_package_config_file(cmake/package-config.cmake.in package-config.cmake INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file(package-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/package-config.cmake" DESTINATION "${package_dir}"
        RENAME cloudops-execution-engine-config.cmake)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/package-version.cmake" DESTINATION "${package_dir}"
        RENAME cloudops-execution-engine-config-version.cmake)
