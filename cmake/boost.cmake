# Boost is used by its headers alone: no Boost library is linked.
set(boost_minimum 1.81)
find_path(BOOST_INCLUDE_DIR boost/version.hpp HINTS "${BOOST_ROOT}" ENV BOOST_ROOT ENV BOOST_INCLUDEDIR PATH_SUFFIXES include)
if(NOT BOOST_INCLUDE_DIR)
  message(FATAL_ERROR "Boost was not found. Boost ${boost_minimum} or newer is needed, headers only "
                      "(Debian 12: apt-get install libboost1.81-dev; elsewhere: set BOOST_ROOT).")
endif()
file(STRINGS "${BOOST_INCLUDE_DIR}/boost/version.hpp" boost_version_line REGEX "#define BOOST_VERSION [0-9]+")
string(REGEX MATCH "[0-9]+$" boost_version "${boost_version_line}")
if(boost_version LESS 108100)
  message(FATAL_ERROR "The Boost in ${BOOST_INCLUDE_DIR} is ${boost_version}; ${boost_minimum} (108100) or newer is "
                      "needed, because older ones have no Boost.Process v2 (Debian 12: apt-get install libboost1.81-dev).")
endif()

add_library(cloudops_boost INTERFACE)
# A system directory that the compiler searches anyway must not be named again: it would reorder the search.
if(NOT BOOST_INCLUDE_DIR IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
  target_include_directories(cloudops_boost SYSTEM INTERFACE "$<BUILD_INTERFACE:${BOOST_INCLUDE_DIR}>")
endif()
# Boost.Process 1.81 otherwise uses Boost.Filesystem, which would have to be linked.
target_compile_definitions(cloudops_boost INTERFACE BOOST_ALL_NO_LIB BOOST_PROCESS_V2_HEADER_ONLY
                                                    BOOST_PROCESS_USE_STD_FS)
