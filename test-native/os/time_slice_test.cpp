#include "core/os/time_slice.hpp"

#include <catch2/catch.hpp>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <thread>

using namespace cloudops;

namespace {

/// On a thread of its own, which others do not inherit from.
template <class Work>
void on_a_thread(Work work) {
  std::thread(work).join();
}

}  // namespace

TEST_CASE("a time slice is exchanged for another one, and back") {
  std::uint64_t before = 0;
  std::uint64_t shortened = 0;
  std::uint64_t restored = 0;
  on_a_thread([&] {
    before = exchange_time_slice(shortest_time_slice_ns);
    shortened = exchange_time_slice(before);
    restored = exchange_time_slice(before);
  });
  if (before == 0) {
    WARN("this kernel has no time slices that a thread can choose");
    return;
  }
  CHECK(before >= shortest_time_slice_ns);
  CHECK(shortened == shortest_time_slice_ns);
  CHECK(restored == before);
}

TEST_CASE("a thread that is not scheduled in the ordinary way is left alone") {
  std::uint64_t said = 1;
  int policy = -1;
  on_a_thread([&] {
    const sched_param parameters{};
    // No privilege is needed in this direction.
    if (::sched_setscheduler(0, SCHED_BATCH, &parameters) != 0) return;
    said = exchange_time_slice(shortest_time_slice_ns);
    policy = ::sched_getscheduler(0);
  });
  if (policy == -1) {
    WARN("this system does not let a thread choose how it is scheduled");
    return;
  }
  CHECK(said == 0);
  CHECK(policy == SCHED_BATCH);
}

TEST_CASE("a filter that ends who asks for time slices is not tried") {
  const pid_t copy = ::fork();
  REQUIRE(copy >= 0);
  if (copy == 0) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setattr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{sizeof program / sizeof program[0], program};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
      ::_exit(2);
    ::_exit(exchange_time_slice(shortest_time_slice_ns) == 0 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(copy, &status, 0) == copy);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
    WARN("this system takes no filters");
    return;
  }
  CHECK(status == 0);
}
