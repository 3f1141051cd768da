#include "core/spawn/host_terminal.hpp"

#include "core/os/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace cloudops {

bool HostTerminal::may_be_there() {
  if (::getsid(0) == ::getpid()) return true;
  if (none_) return false;
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  none_ = !terminal && errno == ENXIO;
  return !none_;
}

}  // namespace cloudops
