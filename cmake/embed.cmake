# Writes the bytes of IMAGE as the C++ header HEADER: cmake -DIMAGE=… -DHEADER=… -P embed.cmake
file(READ "${IMAGE}" bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REPEAT "0x..," 20 row)
string(REGEX REPLACE "(${row})" "\\1\n" bytes "${bytes}")
file(WRITE "${HEADER}"
  "#pragma once\nnamespace cloudops {\ninline constexpr unsigned char guard_image[] = {\n${bytes}\n};\n}\n")
