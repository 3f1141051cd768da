#include "core/os/time_slice.hpp"

#include "core/os/uninstrumented.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace cloudops {
namespace {

/// struct sched_attr in its first version, which libc does not declare.
struct SchedulingAttributes {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;
  std::uint64_t deadline;
  std::uint64_t period;
};

}  // namespace

CLOUDOPS_UNINSTRUMENTED std::uint64_t exchange_time_slice(std::uint64_t nanoseconds) {
  // A filter may end the process for a call that it does not expect (a hardened service: ~@resources), and nobody can
  // ask it beforehand. Shorter waits are not worth that.
  if (::syscall(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0) != 0) return 0;
  SchedulingAttributes attributes;
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return 0;
  // Kernels that know no slices say 0.
  const std::uint64_t before = attributes.runtime;
  if (attributes.policy != SCHED_OTHER || before == 0) return 0;
  attributes.runtime = nanoseconds;
  return ::syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 ? before : 0;
}

std::size_t processors_for_us() {
  cpu_set_t allowed;
  // Refused where there are more than a set holds.
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(CPU_COUNT(&allowed));
}

}  // namespace cloudops
