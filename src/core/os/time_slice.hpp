#pragma once

#include <cstddef>
#include <cstdint>

namespace cloudops {

/// The shortest slice that the kernel gives.
inline constexpr std::uint64_t shortest_time_slice_ns = 100'000;

/// Sets how long the calling thread runs at a time while others want its processor too; what it starts inherits that.
/// With a shorter slice a thread gets no more of the processor, but gets it sooner: right for one that only ever works
/// for a moment. No privilege is needed. The field is sched_runtime of sched_setattr(2), since Linux 6.12.
///
/// Returns the slice that the thread had; 0 when nothing was changed: an older kernel, a thread that is not scheduled
/// in the ordinary way (a real-time one, say), a process under a seccomp filter. System calls only: a child may call it
/// between clone and exec.
std::uint64_t exchange_time_slice(std::uint64_t nanoseconds);

/// Processors that the calling thread may run on, at least 1; a part of those of the machine under taskset or in a
/// container that is pinned.
std::size_t processors_for_us();

}  // namespace cloudops
