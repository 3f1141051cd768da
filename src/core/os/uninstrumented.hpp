#pragma once

/// For functions that a child runs on the parent's memory while the parent's thread is suspended. A sanitizer's
/// bookkeeping in it would be done on behalf of the wrong thread, and an intercepted libc call could take a lock that
/// another thread holds: raw system calls only, nothing instrumented.
#if defined(__clang__)
#define CLOUDOPS_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined", "memory")))
#else
#define CLOUDOPS_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread", "undefined")))
#endif
