/* Starting a child, as floor.c and addon.c do it: vfork, three dup2, exec; and what the engine promises besides. */
#pragma once

#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static inline void check(int ok, const char* what) {
  if (ok) return;
  perror(what);
  exit(1);
}

static inline uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The child's descriptors; -1: as ours. */
struct stdio {
  int in;
  int out;
  int err;
};

/* In the child: default signal dispositions, a process group of its own, an end with its host, a mark that its
 * descendants inherit (a limit that limits nothing), none of the host's descriptors, an empty signal mask. */
static inline void keep_promises(void) {
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
  } by_default = {SIG_DFL, 0, NULL, 0};
  for (int signal = 1; signal <= 64; ++signal)
    if (signal != SIGKILL && signal != SIGSTOP)
      syscall(SYS_rt_sigaction, signal, &by_default, NULL, sizeof(unsigned long));
  syscall(SYS_setpgid, 0, 0);
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  const unsigned long mark[] = {0x3fff000000000001, 0x3fff000000000001};
  syscall(SYS_prlimit64, 0, RLIMIT_RTTIME, mark, NULL);
  syscall(SYS_close_range, 3U, UINT_MAX, 0U);
  const unsigned long no_signals = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, NULL, sizeof no_signals);
}

static inline pid_t start_child(char* const* argv, struct stdio stdio, int promised) {
  volatile int failed = 0;
  const pid_t pid = vfork();
  if (pid == 0) {
    const int sources[] = {stdio.in, stdio.out, stdio.err};
    for (int target = 0; target < 3; ++target)
      if (sources[target] >= 0) dup2(sources[target], target);
    if (promised) keep_promises();
    execve(argv[0], argv, environ);
    failed = 1;
    _exit(127);
  }
  check(pid > 0 && !failed, "exec");
  return pid;
}

static inline int open_pidfd(pid_t pid) {
  const int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
  check(pidfd >= 0, "pidfd_open");
  return pidfd;
}
