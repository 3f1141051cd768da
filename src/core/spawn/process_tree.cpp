#include "core/spawn/process_tree.hpp"

#include "core/model/shortage.hpp"
#include "core/spawn/proc_reader.hpp"
#include "core/spawn/tree_pass.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace cloudops {

namespace {

constexpr int processes_per_look_at_the_clock = 16;

bool has_ended(int error) { return error == ENOENT || error == ESRCH; }

/// An orphan whose parent was to be the init process, or a sub-reaper, and that is this process: in a container the
/// host often is. Nobody else would collect it. The only child that the engine itself collects is the leader.
bool is_left_to_us(const ProcessStat& zombie, const TreeRoot& root) {
  return zombie.parent == ::getpid() && (zombie.pid != root.leader || root.leader_reaped);
}

}  // namespace

ProcessTrees::ProcessTrees(System& system) : ProcessTrees(TreeMarks(), system) {}

ProcessTrees::ProcessTrees(TreeMarks marks, System& system) : system_(system), marks_(marks) { open_proc(); }

int ProcessTrees::open_proc() const {
  const int opened = system_.open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  UniqueFd proc(opened);
  if (proc && !shows_this_process(proc.get())) return -ENOENT;
  proc_ = std::move(proc);
  return opened;
}

TreeScan ProcessTrees::scan(std::span<const TreeRoot> roots, int signal, Reach reach) const {
  TreeScan scan;
  if (roots.empty()) return scan;
  const int unopened = proc_ ? 0 : open_proc();
  TreePass pass(roots, signal, reach);
  for (std::size_t i = 0; i < roots.size(); ++i)
    pass.leader_ended[i] = !roots[i].leader_reaped && system_.has_ended(roots[i].leader) == 1;
  const auto visit = [&](const ListedProcess& process) {
    look_at(process, pass);
    return true;
  };
  for (std::size_t i = 0; i < roots.size(); ++i)
    if (pass.is_signalled_first(i))
      // Not by its mark, which it may have changed: an unreaped child's number is nobody else's.
      pass.leader_refused[i] = send({roots[i].leader}, signal) == Delivery::refused;
  strangers_.begin(system_.now());
  if (proc_ && for_each_process(system_, proc_.get(), visit)) {
    strangers_.finish();
  } else {
    // There may be others that a list would have named, unless this machine has none.
    pass.blurred = proc_ || unopened != -ENOENT;
    for (const auto& root : roots)
      if (!root.leader_reaped) look_at({root.leader}, pass);
  }
  if (signal == SIGKILL)
    for (const auto& root : roots) kill_group(root);

  for (std::size_t i = 0; i < roots.size(); ++i) {
    scan.trees.push_back({members_of(pass, i), pass.dead[i]});
    auto& members = scan.trees.back().members;
    const auto is_leader = [&](const TreeMember& member) { return member.pid == roots[i].leader; };
    // /proc may be an empty folder (chroot), or hide the programs of other users (hidepid, setuid).
    if (!roots[i].leader_reaped && std::none_of(members.begin(), members.end(), is_leader) &&
        system_.has_ended(roots[i].leader) == 0)
      members.push_back({roots[i].leader});
    for (auto& member : members)
      if (member.mark == 0) member.refused = !give_signal(member, i, pass);
  }
  scan.blurred = pass.blurred;
  return scan;
}

void ProcessTrees::look_ahead(const TreeRoot& root, Milliseconds budget) const {
  const SteadyTime now = system_.now();
  if (strangers_.are_known(now) || (!proc_ && open_proc() < 0)) return;
  const SteadyTime end = SteadyTime::clock::now() + budget;
  TreePass pass({&root, 1}, 0, Reach::everybody);
  strangers_.forget();
  strangers_.begin(now);
  int visited = 0;
  for_each_process(system_, proc_.get(), [&](const ListedProcess& process) {
    look_at(process, pass);
    return ++visited % processes_per_look_at_the_clock != 0 || SteadyTime::clock::now() < end;
  });
  strangers_.finish();
}

void ProcessTrees::kill_group(const TreeRoot& root) const {
  if (!root.leader_reaped) system_.kill_group(root.leader, SIGKILL);
}

bool ProcessTrees::signal_group(const TreeRoot& root, int signal) const {
  // The number of a leader that was reaped may be another group's. Without marks, those outside of the group are found
  // by their parents: nobody may end before they are.
  return root.mark != 0 && !root.leader_reaped && system_.has_ended(root.leader) == 0 &&
         system_.kill_group(root.leader, signal) == 0;
}

bool ProcessTrees::give_signal(const TreeMember& member, std::size_t tree, const TreePass& pass) const {
  if (pass.signal == 0) return true;
  if (pass.is_signalled_leader(tree, member.pid)) return !pass.leader_refused[tree];
  // Asked of the system: what /proc says of somebody may not be readable.
  if (pass.reach == Reach::outside_group && system_.group_of(member.pid) == pass.roots[tree].leader) return true;
  return send(member, pass.signal) != Delivery::refused;
}

void ProcessTrees::look_at(const ListedProcess& process, TreePass& pass) const {
  const pid_t pid = process.pid;
  if (pid <= 1 || pid == pass.self) return;
  const auto is_of_a_leader = [&](pid_t group) {
    return pass.by_leader.contains(group) || pass.by_leader.contains(pid);
  };
  if (const pid_t group = strangers_.group_of(process); group >= 0 && pass.all_marked && !is_of_a_leader(group))
    return strangers_.add(process, group);
  rlimit limits{};
  const int unreadable = limits_of(pid, limits);
  const bool readable = unreadable == 0;
  if (unreadable == -ESRCH) {
    pass.blurred = true;
    return;
  }
  if (const std::uint64_t mark = readable ? marks_.find(limits) : 0; mark != 0) {
    const auto tree = pass.by_mark.find(mark);
    if (tree == pass.by_mark.end()) return;
    const bool refused = !give_signal({pid, mark}, tree->second, pass);
    auto stat = read_process(system_, proc_.get(), pid);
    // It cannot be read for want of a descriptor: its mark is enough to kill it by.
    if (!stat && !has_ended(errno)) {
      if (is_ended_leader(pid, pass)) return;
      stat = ProcessStat{pid};
    }
    if (stat && !stat->zombie)
      pass.marked[tree->second].push_back({*stat, refused});
    else if (stat && is_left_to_us(*stat, pass.roots[tree->second]))
      ::waitpid(pid, nullptr, WNOHANG);
    else if (!stat)
      pass.blurred = true;
    else if (pid != pass.roots[tree->second].leader || !pass.leader_ended[tree->second])
      pass.dead[tree->second] += static_cast<std::uint64_t>(pid);
    return;
  }
  // Kernel threads, on many machines the bulk, have group 0. A process of ours cannot: it inherits or makes one.
  const pid_t group = system_.group_of(pid);
  const bool only_by_group = readable && pass.all_marked;
  if (group == 0 || (group > 0 && only_by_group && !is_of_a_leader(group))) strangers_.add(process, group);
  if (group <= 0 || (only_by_group && !is_of_a_leader(group))) return;
  auto stat = read_process(system_, proc_.get(), pid);
  if (!stat && !has_ended(errno) && pass.by_leader.contains(pid)) {
    if (is_ended_leader(pid, pass)) return;
    stat = ProcessStat{pid};
  } else if (!stat && is_shortage(errno)) {
    pass.blurred = true;
  }
  if (stat && !stat->zombie) pass.others.push_back(*stat);
}

int ProcessTrees::limits_of(pid_t pid, struct rlimit& limits) const {
  const int refused = system_.rttime_limits(pid, limits);
  // Kernel threads carry no mark, and are many.
  if (refused != -EPERM || !proc_ || system_.group_of(pid) <= 0) return refused;
  const int unreadable = read_rttime_limits(system_, proc_.get(), pid, limits);
  return has_ended(-unreadable) ? -ESRCH : unreadable;
}

bool ProcessTrees::is_ended_leader(pid_t pid, const TreePass& pass) const {
  const auto found = pass.by_leader.find(pid);
  return found != pass.by_leader.end() && !pass.roots[found->second].leader_reaped && system_.has_ended(pid) == 1;
}

bool ProcessTrees::is_still(const TreeMember& member) const {
  if (member.mark != 0) {
    rlimit limits{};
    return limits_of(member.pid, limits) == 0 && marks_.find(limits) == member.mark;
  }
  // Could not be read, and was taken in as a leader that is our unreaped child: nobody else can have its number.
  if (member.started == 0) return true;
  const auto stat = read_process(system_, proc_.get(), member.pid);
  return stat && stat->started == member.started;
}

Delivery ProcessTrees::send(const TreeMember& member, int signal) const {
  // To kill(), 0 and -1 are a group and everybody.
  if (member.pid <= 1) return Delivery::gone;
  // The descriptor first, the look second: what is looked at then is what the descriptor means, or that one has ended.
  const int opened = system_.open_process(member.pid);
  if (opened == -ESRCH) return Delivery::gone;
  const UniqueFd process(opened);
  if (!is_still(member)) return Delivery::gone;
  int result = process ? system_.signal_process(opened, signal) : -ENOSYS;
  // Without pidfds (before Linux 5.3, some sandboxes, no descriptor left) some microseconds remain between look and
  // kill.
  if (result == -ENOSYS || result == -EPERM) result = system_.kill(member.pid, signal);
  if (result == 0) return Delivery::sent;
  return result == -EPERM ? Delivery::refused : Delivery::gone;
}

}  // namespace cloudops
