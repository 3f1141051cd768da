#include "core/os/child_signal.hpp"

#include <signal.h>

namespace cloudops {

void drop_unheard_child_signal() {
  struct sigaction hosts {};
  ::sigaction(SIGCHLD, nullptr, &hosts);
  // A handler with SA_SIGINFO shares the place of the other kind.
  const bool heard = hosts.sa_handler != SIG_DFL && hosts.sa_handler != SIG_IGN;
  sigset_t child_signal;
  ::sigemptyset(&child_signal);
  ::sigaddset(&child_signal, SIGCHLD);
  ::pthread_sigmask(heard ? SIG_BLOCK : SIG_UNBLOCK, &child_signal, nullptr);
}

}  // namespace cloudops
