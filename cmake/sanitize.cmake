# CLOUDOPS_SANITIZE: a list as in -fsanitize=: "address,undefined", "thread".
add_library(cloudops_sanitize INTERFACE)
if(CLOUDOPS_SANITIZE)
  string(REPLACE ";" "," sanitizers "${CLOUDOPS_SANITIZE}")
  if(sanitizers MATCHES "thread" AND sanitizers MATCHES "address")
    message(FATAL_ERROR "CLOUDOPS_SANITIZE=${sanitizers}: thread and address cannot share a build.")
  endif()
  set(sanitize_flags -O1 -fsanitize=${sanitizers} -fno-omit-frame-pointer -g)
  if(sanitizers MATCHES "undefined")
    # Without this, undefined behaviour is printed and the test still passes.
    list(APPEND sanitize_flags -fno-sanitize-recover=undefined)
    # This check probes memory through a pipe and takes every object for a broken one when no descriptor is left, which
    # some tests are about.
    list(APPEND sanitize_flags -fno-sanitize=vptr)
  endif()
  target_compile_options(cloudops_sanitize INTERFACE ${sanitize_flags})
  target_link_options(cloudops_sanitize INTERFACE -fsanitize=${sanitizers})
endif()
