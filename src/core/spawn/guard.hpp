#pragma once

#include "core/model/error.hpp"
#include "core/os/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct cloudops_guard_table;

namespace cloudops {

/// The helper process that kills the trees of running executions when this process dies, however it dies.
///
/// Owns the helper, the pipe whose end tells it that we are gone, and the table that it then reads. One per engine, on
/// the engine thread, started before the first child. The destructor lets the helper end and collects it (bounded: some
/// milliseconds with nothing watched; what is still watched is killed first).
///
/// Only trees in the table are killed; descendants that a finished command left behind are not. A tree without a mark,
/// and any where there is no /proc of our namespace, is reached as far as it stayed in its leader's process group, and
/// processes of another user (setuid) where that
/// user's may be signalled. A copy of this process made by fork alone delays nothing where the kernel has pidfds (5.3):
/// the helper watches both.
class Guard {
 public:
  using Ticket = std::uint32_t;
  /// Every slot of the table is taken (131072 trees at once, fewer under a small limit on the size of files): that tree
  /// is not watched.
  static constexpr Ticket no_ticket = UINT32_MAX;

  /// `temp_dir` is used only where memory files may not be executed (vm.memfd_noexec); then /dev/shm and /tmp are tried
  /// too. On failure the engine can go on: its children then die with its thread, their descendants may not.
  /// `time_slice_ns`: the helper's time slice; 0: the calling thread's.
  static Expected<std::unique_ptr<Guard>> start(const std::string& temp_dir, std::uint64_t time_slice_ns = 0);
  ~Guard();
  /// The helper is there. It is not when somebody killed it, and whoever asks first collects it.
  bool is_alive() { return !wait_for_end(0); }
  /// Another helper in place of one that has ended. It takes over all that is watched; tickets stay good. An error: it
  /// could not be started, nobody watches.
  std::optional<Error> start_again(const std::string& temp_dir, std::uint64_t time_slice_ns = 0);
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// Call it before the child is started, so that there is no moment at which our death would miss the child.
  Ticket watch(std::uint64_t mark);
  /// For those of a tree who cannot be searched for. Of one without a mark 0 again once the leader has ended: nothing
  /// else tells when its number becomes somebody else's.
  void set_leader(Ticket ticket, pid_t leader);
  void forget(Ticket ticket);

  /// The helper; 0 after it was seen to have ended.
  pid_t pid() const { return helper_.pid; }

 private:
  struct Unmap {
    void operator()(cloudops_guard_table* table) const;
  };
  using Table = std::unique_ptr<cloudops_guard_table, Unmap>;

  struct Helper {
    Table table;
    Ticket slots = 0;
    /// The pipe's write end. Nothing is ever written: its closing is the message.
    UniqueFd alive;
    pid_t pid = 0;
    /// A pidfd; none before Linux 5.2.
    UniqueFd exit_watch;
  };

  explicit Guard(Helper helper) : helper_(std::move(helper)) {}
  /// `watched`: what its table is to begin with; nullptr: nothing.
  static Expected<Helper> launch(const std::string& temp_dir, std::uint64_t time_slice_ns,
                                 const cloudops_guard_table* watched);
  bool wait_for_end(int timeout_ms);

  Helper helper_;
  std::vector<Ticket> free_;
};

}  // namespace cloudops
