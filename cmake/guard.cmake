# The guard is a tiny executable that travels inside the library as bytes: compiled here with its own flags (never a
# sanitizer's or the user's), then turned into the header guard_image.hpp. node-gyp's way is scripts/embed-guard.mjs.
string(JSON guard_source GET "${source_list}" guard source)
string(JSON guard_flag_count LENGTH "${source_list}" guard flags)
math(EXPR last "${guard_flag_count} - 1")
set(guard_flags)
foreach(i RANGE ${last})
  string(JSON flag GET "${source_list}" guard flags ${i})
  list(APPEND guard_flags "${flag}")
endforeach()

set(generated_dir "${CMAKE_CURRENT_BINARY_DIR}/generated")
set(guard_image "${CMAKE_CURRENT_BINARY_DIR}/guard.elf")
set(guard_header "${generated_dir}/guard_image.hpp")
file(GLOB guard_inputs CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/guard/*.[ch]")
file(MAKE_DIRECTORY "${generated_dir}")

add_custom_command(
  OUTPUT "${guard_header}"
  COMMAND ${CMAKE_C_COMPILER} ${guard_flags} -o "${guard_image}" "${CMAKE_CURRENT_SOURCE_DIR}/${guard_source}"
  COMMAND ${CMAKE_COMMAND} "-DIMAGE=${guard_image}" "-DHEADER=${guard_header}"
          -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake"
  DEPENDS ${guard_inputs} "${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake" "${CMAKE_CURRENT_SOURCE_DIR}/sources.json"
  COMMENT "Embedding the guard"
  VERBATIM)
