#pragma once

#include <atomic>

namespace cloudops {

/// Decides, exactly once, whether a request was accepted before its caller withdrew it. Any thread.
class SubmitTicket {
 public:
  /// Engine thread, when it accepts. False: withdrawn, nothing may start.
  bool accept() { return leave_open(State::accepted); }
  /// Caller's thread. True: the request will not be accepted any more.
  bool withdraw() { return leave_open(State::withdrawn); }

 private:
  enum class State { open, accepted, withdrawn };
  bool leave_open(State next) {
    State expected = State::open;
    return state_.compare_exchange_strong(expected, next);
  }
  std::atomic<State> state_{State::open};
};

}  // namespace cloudops
