#include "core/spawn/tree_pass.hpp"

#include <algorithm>
#include <utility>

namespace cloudops {
namespace {

/// While the group has a member of the tree, or its leader is our unreaped child, its number belongs to the tree.
/// Without marks, after the leader was reaped, a group of that number in our session is taken for it while no process
/// has the number itself.
bool owns_group(const TreeRoot& root, const std::vector<TreePass::Marked>& marked,
                const std::vector<ProcessStat>& others) {
  if (!root.leader_reaped) return true;
  if (root.mark != 0)
    return std::any_of(marked.begin(), marked.end(), [&](const auto& one) { return one.stat.group == root.leader; });
  return std::none_of(others.begin(), others.end(), [&](const auto& stat) { return stat.pid == root.leader; });
}

}  // namespace

std::vector<TreeMember> members_of(const TreePass& pass, std::size_t tree) {
  const TreeRoot& root = pass.roots[tree];
  const auto& marked = pass.marked[tree];
  const auto& others = pass.others;
  std::vector<TreeMember> members;
  std::unordered_map<pid_t, std::uint64_t> started;
  const auto add = [&](const ProcessStat& stat, std::uint64_t mark, bool refused) {
    if (started.emplace(stat.pid, stat.started).second)
      members.push_back({stat.pid, mark, stat.started, stat.stopped, refused});
  };
  for (const auto& one : marked) add(one.stat, root.mark, one.refused);
  if (others.empty()) return members;

  const bool group_is_ours = owns_group(root, marked, others);
  const pid_t session = ::getsid(0);
  for (const auto& stat : others)
    if (stat.pid == root.leader && !root.leader_reaped) add(stat, 0, false);
  for (const auto& stat : others) {
    const bool same_group = stat.group == root.leader && (stat.session == session || !root.leader_reaped);
    const bool same_session = stat.session == root.leader && !root.leader_reaped;
    if ((group_is_ours && same_group) || same_session) add(stat, 0, false);
  }
  for (bool grown = true; std::exchange(grown, false);)
    for (const auto& stat : others) {
      const auto parent = started.find(stat.parent);
      // A child is never older than its parent: that would be another process with the parent's number.
      if (parent == started.end() || parent->second > stat.started || started.contains(stat.pid)) continue;
      add(stat, 0, false);
      grown = true;
    }
  return members;
}

}  // namespace cloudops
