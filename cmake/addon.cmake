# The addon sees Node-API and nothing else of Node: node-api-headers is the stable interface alone.
set(node_api_dir "${CMAKE_CURRENT_SOURCE_DIR}/node_modules/node-api-headers/include")
set(node_addon_api_dir "${CMAKE_CURRENT_SOURCE_DIR}/node_modules/node-addon-api")
if(NOT EXISTS "${node_api_dir}/node_api.h" OR NOT EXISTS "${node_addon_api_dir}/napi.h")
  message(STATUS "The addon is left out: node_modules has no node-api-headers or no node-addon-api (run npm ci).")
  return()
endif()

read_sources(binding binding_sources)
if(NOT binding_sources)
  message(STATUS "The addon is left out: sources.json lists no binding.")
  return()
endif()

add_library(cloudops_addon MODULE ${binding_sources})
set_target_properties(
  cloudops_addon
  PROPERTIES PREFIX ""
             SUFFIX ".node"
             OUTPUT_NAME cloudops_execution_engine
             LIBRARY_OUTPUT_DIRECTORY "${CLOUDOPS_ADDON_DIR}")
target_include_directories(cloudops_addon SYSTEM PRIVATE "${node_api_dir}" "${node_addon_api_dir}")
target_compile_definitions(cloudops_addon PRIVATE NAPI_VERSION=8 NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS
                           # A worker that is being terminated refuses every call: no reason to end the process.
                           NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
target_link_libraries(cloudops_addon PRIVATE cloudops_core cloudops_sanitize cloudops_warnings)
if(APPLE)
  target_link_options(cloudops_addon PRIVATE -undefined dynamic_lookup)
else()
  # Node unloads an addon with the last worker that uses it. The thread that writes files may outlive that.
  target_link_options(cloudops_addon PRIVATE -Wl,-z,nodelete)
endif()
