#pragma once

/// Boost.Process v2's process type, by its headers alone. Everything that needs it includes this file.

#if !__has_include(<boost/version.hpp>)
#error "Boost 1.81 or newer is needed (headers only). Debian 12: apt-get install libboost1.81-dev"
#endif
#include <boost/version.hpp>
#if BOOST_VERSION < 108100
#error \
    "This Boost is too old: 1.81 or newer is needed for Boost.Process v2. Debian 12: apt-get install libboost1.81-dev"
#endif

// Without it, Boost.Process uses Boost.Filesystem, which would have to be linked.
#ifndef BOOST_PROCESS_USE_STD_FS
#define BOOST_PROCESS_USE_STD_FS
#endif
// With it, Boost 1.81 forgets to include these two.
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#if !defined(__GLIBC__)
// Boost 1.81 takes it for granted on every Linux; musl leaves it to the system call. Declared as a C library would.
extern "C" inline int close_range(unsigned first, unsigned last, int flags) {
  return static_cast<int>(::syscall(SYS_close_range, first, last, flags));
}
#endif
#endif

#include <boost/process/v2/process.hpp>
