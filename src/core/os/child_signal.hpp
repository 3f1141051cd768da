#pragma once

namespace cloudops {

/// What becomes of the SIGCHLD that the kernel sends at each end of a child of ours.
///
/// Either way the host must not ignore the signal (SIG_IGN, SA_NOCLDWAIT) while commands run: the kernel then collects
/// children by itself, and what is left of a command's end is that it came. Its result is failed, without an exit code.
enum class ChildSignals {
  /// The host gets them with those of its own children. Right for a host that may yet come to use the signal.
  for_the_host,
  /// They are dropped while the host has no use for them. For a host with other threads that do not block the signal,
  /// as those of Node are: there a signalfd never was of use, and a handler runs on any thread.
  dropped_if_unused,
};

/// Keeps the end of our children from interrupting the host.
///
/// At a child's end the kernel sends SIGCHLD to the thread that started it. Where nobody handles it, it is dropped; but
/// a signal that this thread blocks is never dropped: another thread of the host gets it, and a system call that it
/// sleeps in fails with EINTR, for nothing. So the engine thread, which blocks all signals, leaves this one unblocked.
///
/// Not where the host has a use for it. A handler is to run on a thread of the host. And one that has blocked the
/// signal in the thread that makes the engine reads it from a signalfd or by sigwait, where the signals of its own
/// children must not find a thread that takes them.
class ChildSignal {
 public:
  /// On the thread that makes the engine.
  explicit ChildSignal(ChildSignals policy);
  /// On the engine thread, before a child is started: the host may have set a handler meanwhile, or taken it away.
  void update();

 private:
  bool for_the_host_ = true;
  bool unblocked_ = false;
};

}  // namespace cloudops
