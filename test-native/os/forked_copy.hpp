#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace cloudops::test {

/// What `work` says in a copy of this process, as its exit code; -1 when it did not end by itself.
inline int in_forked_copy(const std::function<int()>& work) {
  const pid_t copy = ::fork();
  if (copy == 0) ::_exit(work());
  int status = 0;
  ::waitpid(copy, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace cloudops::test
