#pragma once

#include "core/model/launch_spec.hpp"
#include "core/os/system.hpp"
#include "core/os/unique_fd.hpp"
#include "core/spawn/boost_process.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <utility>

namespace cloudops {

/// What a child gets for 0, 1 and 2; borrowed until the launch returns. All three are above 2.
struct StdioFds {
  int in = -1;
  int out = -1;
  int err = -1;
  /// See ExecPlan::copy_below.
  int copy_below = 0;
};

struct LaunchFailure {
  /// errno; 0: the launch succeeded.
  int error = 0;
  /// What was being done: "exec", "chdir", …
  const char* step = "";
  /// The child had started before this failed, and was killed: starting it again might do its work twice.
  bool ran = false;
};

using Process = boost::process::v2::basic_process<boost::asio::any_io_executor>;

/// A process launcher in the sense of Boost.Process v2: starts a child and returns it as a basic_process.
///
/// Boost 1.81's own launchers are not fit for a host with other threads: the default one forks (its cost grows with the
/// host's memory) and leaves pipes open to unrelated children; the vfork one runs fork handlers on the parent's memory
/// and calls exit() in the child when exec fails. This one goes through System::spawn.
class Launcher {
 public:
  /// `time_slice_ns`: the children's, in nanoseconds; 0: the calling thread's. `has_terminal`: see ExecPlan.
  explicit Launcher(System& system, std::uint64_t time_slice_ns = 0, bool has_terminal = true)
      : system_(system), time_slice_ns_(time_slice_ns), has_terminal_(has_terminal) {}

  /// On failure the process is not open and `failure` says why. On success `pidfd` is the child's, to wait for its end
  /// by: basic_process puts its own descriptor into epoll, throws the resource usage away when it waits, and shows the
  /// descriptor to nobody. So it gets `stand_in`, which should be one that epoll has no use for, like /dev/null. It
  /// knows the child by its number, which is the child's until we collect it.
  Process operator()(const boost::asio::any_io_executor& executor, LaunchFailure& failure, const LaunchSpec& spec,
                     const StdioFds& stdio, std::uint64_t tree_mark, UniqueFd stand_in, UniqueFd& pidfd) const;

 private:
  System& system_;
  std::uint64_t time_slice_ns_;
  bool has_terminal_;
};

}  // namespace cloudops
