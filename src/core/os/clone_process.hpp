#pragma once

#include <sched.h>

#if defined(__SANITIZE_THREAD__)
#define CLOUDOPS_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CLOUDOPS_THREAD_SANITIZER
#endif
#endif

#ifdef CLOUDOPS_THREAD_SANITIZER
extern "C" int __clone(int (*child)(void*), void* stack_end, int flags, void* argument, ...);
#endif

namespace cloudops {

/// clone(2) as libc has it, for children that borrow our memory until exec.
///
/// ThreadSanitizer puts a wrapper in the place of clone() that takes every child for a fork and resets, in the child,
/// the bookkeeping of the calling thread. With shared memory that is the parent's: from then on it sees no lock of that
/// thread. Under its other name glibc's function is not wrapped.
#ifdef CLOUDOPS_THREAD_SANITIZER
inline constexpr auto& clone_process = ::__clone;
#else
inline constexpr auto& clone_process = ::clone;
#endif

}  // namespace cloudops
