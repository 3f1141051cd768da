#include "core/spawn/process_tree.hpp"

#include "core/spawn/proc_reader.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <unordered_map>
#include <utility>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace cloudops {

/// Which roots a pass looks for, and what it found that is still to be sorted into trees.
struct ProcessTrees::Pass {
  struct Marked {
    ProcessStat stat;
    bool refused = false;
  };

  explicit Pass(std::span<const TreeRoot> roots) : marked(roots.size()) {
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (roots[i].mark != 0) by_mark.emplace(roots[i].mark, i);
      by_leader.emplace(roots[i].leader, i);
    }
  }
  std::unordered_map<std::uint64_t, std::size_t> by_mark;
  std::unordered_map<pid_t, std::size_t> by_leader;

  /// Per root: those that carry its mark.
  std::vector<std::vector<TreeMember>> marked;
  /// The groups of those, per root.

  /// Those without a readable mark that may be somebody's by their relations.
  std::vector<ProcessStat> others;
};
/// While the group has a member of the tree, or its leader is our unreaped child, its number belongs to the tree. Without
/// marks, after the leader was reaped, a group of that number in our session is taken for it while no process has the
/// number itself.
bool owns_group(const TreeRoot& root, const std::vector<ProcessStat>& marked, const std::vector<ProcessStat>& others) {
  if (!root.leader_reaped) return true;
  if (root.mark != 0)
    return std::any_of(marked.begin(), marked.end(), [&](const auto& stat) { return stat.group == root.leader; });
  return std::none_of(others.begin(), others.end(), [&](const auto& stat) { return stat.pid == root.leader; });
}

std::vector<TreeMember> gather(const TreeRoot& root, const std::vector<ProcessStat>& marked,
                               const std::vector<ProcessStat>& others) {
  std::vector<TreeMember> members;
  std::unordered_map<pid_t, std::uint64_t> started;
  const auto add = [&](const ProcessStat& stat, std::uint64_t mark) {
    if (started.emplace(stat.pid, stat.started).second)
      members.push_back({stat.pid, mark, stat.started, stat.stopped});
  };
  for (const auto& stat : marked) add(stat, root.mark);

  const bool group_is_ours = owns_group(root, marked, others);
  const pid_t session = ::getsid(0);
  for (const auto& stat : others) {
    const bool is_leader = stat.pid == root.leader && !root.leader_reaped;
    const bool same_group = stat.group == root.leader && (stat.session == session || !root.leader_reaped);
    const bool same_session = stat.session == root.leader && !root.leader_reaped;
    if (is_leader || (group_is_ours && same_group) || same_session) add(stat, 0);
  }
  for (bool grown = true; std::exchange(grown, false);)
    for (const auto& stat : others) {
      const auto parent = started.find(stat.parent);
      // A child is never older than its parent: that would be another process with the parent's number.
      if (parent == started.end() || parent->second > stat.started || started.contains(stat.pid)) continue;
      add(stat, 0);
      grown = true;
    }
  return members;
}

}  // namespace

ProcessTrees::ProcessTrees() : ProcessTrees(TreeMarks()) {}

ProcessTrees::ProcessTrees(TreeMarks marks)
    : marks_(marks), proc_(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}

std::vector<std::vector<TreeMember>> ProcessTrees::find(std::span<const TreeRoot> roots) const {
  std::vector<std::vector<TreeMember>> trees(roots.size());
  if (roots.empty()) return trees;
  const Wanted wanted(roots);
  Pass pass;
  pass.marked.resize(roots.size());
  std::vector<pid_t> pids;
  const bool listed = proc_ && list_processes(proc_.get(), pids);
  if (!listed)
    for (const auto& root : roots)
      if (!root.leader_reaped) pids.push_back(root.leader);
  const pid_t self = ::getpid();
  for (const pid_t pid : pids)
    if (pid > 1 && pid != self) look_at(pid, proc_.get(), marks_, wanted, pass);
  for (std::size_t i = 0; i < roots.size(); ++i) trees[i] = gather(roots[i], pass.marked[i], pass.others);
  return trees;
}

bool ProcessTrees::is_still(const TreeMember& member) const {
  if (member.mark != 0) {
    rlimit limits{};
    return ::prlimit(member.pid, RLIMIT_RTTIME, nullptr, &limits) == 0 && marks_.find(limits) == member.mark;
  }
  // Could not be read, and was taken in as a leader that is our unreaped child: nobody else can have its number.
  if (member.started == 0) return true;
  const auto stat = read_process(proc_.get(), member.pid);
  return stat && stat->started == member.started;
}

Delivery ProcessTrees::send(const TreeMember& member, int signal) const {
  // The descriptor first, the look second: what is looked at then is what the descriptor means, or that one has ended.
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, member.pid, 0)));
  if (!process && errno == ESRCH) return Delivery::gone;
  if (!is_still(member)) return Delivery::gone;
  // Without pidfds (before Linux 5.3, some sandboxes, no descriptor left) some microseconds remain between look and kill.
  const long result = process ? ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0)
                              : ::kill(member.pid, signal);
  if (result == 0) return Delivery::sent;
  return errno == EPERM ? Delivery::refused : Delivery::gone;
}

}  // namespace cloudops
