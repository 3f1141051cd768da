/* Starting a child, as floor.c and addon.c do it: vfork, three dup2, exec. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

extern char** environ;

static inline void check(int ok, const char* what) {
  if (ok) return;
  perror(what);
  exit(1);
}

/* The child's descriptors; -1: as ours. */
struct stdio {
  int in;
  int out;
  int err;
};

static inline pid_t start_child(char* const* argv, struct stdio stdio) {
  volatile int failed = 0;
  const pid_t pid = vfork();
  if (pid == 0) {
    const int sources[] = {stdio.in, stdio.out, stdio.err};
    for (int target = 0; target < 3; ++target)
      if (sources[target] >= 0) dup2(sources[target], target);
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
