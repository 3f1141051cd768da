#include "core/os/child_signal.hpp"

#include <pthread.h>
#include <signal.h>

namespace cloudops {
namespace {

bool host_handles_it() {
  struct sigaction action {};
  if (::sigaction(SIGCHLD, nullptr, &action) != 0) return true;
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

}  // namespace

ChildSignal::ChildSignal(ChildSignals policy) {
  sigset_t blocked;
  for_the_host_ = policy == ChildSignals::for_the_host || ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked) != 0 ||
                  ::sigismember(&blocked, SIGCHLD) != 0;
}

void ChildSignal::update() {
  if (for_the_host_) return;
  const bool unblock = !host_handles_it();
  if (unblock == unblocked_) return;
  sigset_t child_signal;
  ::sigemptyset(&child_signal);
  ::sigaddset(&child_signal, SIGCHLD);
  if (::pthread_sigmask(unblock ? SIG_UNBLOCK : SIG_BLOCK, &child_signal, nullptr) == 0) unblocked_ = unblock;
}

}  // namespace cloudops
