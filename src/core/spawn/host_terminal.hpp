#pragma once

namespace cloudops {

/// Whether a child would begin with a terminal, which it is then to give up. Engine thread only.
///
/// Only the leader of a session gets a terminal (tty_ioctl(4), TIOCSCTTY). So a host that has none, and leads no
/// session, need not be looked at again until it leads one.
class HostTerminal {
 public:
  /// True also when that cannot be told.
  bool may_be_there();

 private:
  /// As long as this process leads no session.
  bool none_ = false;
};

}  // namespace cloudops
