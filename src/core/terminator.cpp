#include "core/terminator.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace cloudops {
namespace {

constexpr Milliseconds first_pause{1};
constexpr Milliseconds longest_pause{50};

std::vector<std::int32_t> everybody_in(const TreeState& state) {
  std::vector<std::int32_t> pids(state.alive.begin(), state.alive.end());
  pids.insert(pids.end(), state.refused.begin(), state.refused.end());
  return pids;
}

}  // namespace

Terminator::Terminator(boost::asio::io_context& io, const ProcessTrees& trees, System& system)
    : io_(io), trees_(trees), system_(system), reserve_(system), timer_(io), pause_(first_pause, longest_pause) {}

void Terminator::begin(Target& target, const StopLadder& ladder) {
  climbs_.push_back({&target, ladder, 0, false, system_.now()});
  nudge();
}

void Terminator::hasten(Target& target, const StopLadder& ladder) {
  const auto found =
      std::find_if(climbs_.begin(), climbs_.end(), [&](const Climb& climb) { return climb.target == &target; });
  if (found == climbs_.end() || kills(*found) || ladder.size() >= found->ladder.size() - found->rung) return;
  found->ladder = ladder;
  found->rung = 0;
  found->rung_sent = false;
  nudge();
}

void Terminator::nudge() {
  pause_.reset();
  // Posted: what else has ended by now is served by the same turn.
  if (std::exchange(turn_due_, true)) return;
  boost::asio::post(io_, [self = std::weak_ptr(self_)] {
    const auto alive = self.lock();
    if (!alive) return;
    (*alive)->turn_due_ = false;
    if (!(*alive)->climbs_.empty()) (*alive)->turn();
  });
}

void Terminator::forget(const Target& target) {
  std::erase_if(climbs_, [&](const Climb& climb) { return climb.target == &target; });
  if (climbs_.empty()) timer_.cancel();
}

void Terminator::turn() {
  timer_.cancel();
  const DescriptorReserve::Loan descriptors(reserve_);
  advance_rungs();
  std::vector<TreeRoot> roots;
  // One call for all that are on the same rung: a signal to a hundred trees costs one more pass, not a hundred.
  std::vector<std::size_t> asked_groups;
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < climbs_.size(); ++i) {
    roots.push_back(climbs_[i].target->tree_root());
    // Nobody is looked for before that: the leader is alive, so there is somebody.
    const bool asked = asks(climbs_[i]) && trees_.signal_group(roots[i], SIGTERM);
    (asked ? asked_groups : others).push_back(i);
  }

  std::vector<TreeState> states(climbs_.size());
  const auto step = [&](const std::vector<std::size_t>& chosen, auto&& act) {
    if (chosen.empty()) return;
    std::vector<TreeRoot> chosen_roots;
    for (const std::size_t i : chosen) chosen_roots.push_back(roots[i]);
    auto chosen_states = act(chosen_roots);
    for (std::size_t i = 0; i < chosen.size(); ++i) states[chosen[i]] = std::move(chosen_states[i]);
  };
  step(asked_groups, [&](const auto& chosen) { return signal_trees(trees_, chosen, SIGTERM, Reach::outside_group); });
  step(others, [&](const auto& chosen) { return look_at_trees(trees_, chosen); });
  std::vector<std::size_t> to_ask;
  std::vector<std::size_t> to_kill;
  for (const std::size_t i : others) {
    if (states[i].empty()) continue;
    if (kills(climbs_[i])) to_kill.push_back(i);
    if (asks(climbs_[i])) to_ask.push_back(i);
  }
  step(to_ask, [&](const auto& chosen) { return signal_trees(trees_, chosen, SIGTERM); });
  step(to_kill, [&](const auto& chosen) { return kill_trees(trees_, chosen); });

  // A rung's time runs from when its signal was out, so that nobody gets less of it than the ladder says.
  const auto sent = system_.now();
  for (const auto& chosen : {asked_groups, to_ask, to_kill})
    for (const std::size_t i : chosen) {
      Climb& climb = climbs_[i];
      if (std::exchange(climb.rung_sent, true)) continue;
      climb.rung_began = sent;
      climb.target->signalled(climb.ladder[climb.rung].signal, sent);
    }
  finish_climbs(states, sent);
}

void Terminator::advance_rungs() {
  const auto now = system_.now();
  for (Climb& climb : climbs_) {
    const auto& wait = climb.ladder[climb.rung].wait;
    if (!climb.rung_sent || !wait || now - climb.rung_began < *wait) continue;
    ++climb.rung;
    climb.rung_sent = false;
  }
}

void Terminator::finish_climbs(const std::vector<TreeState>& states, SteadyTime now) {
  std::vector<std::pair<Target*, std::vector<std::int32_t>>> gone;
  std::vector<Climb> left;
  auto next = pause_.next();
  for (std::size_t i = 0; i < climbs_.size(); ++i) {
    const Climb& climb = climbs_[i];
    const bool out_of_patience = kills(climb) && climb.rung_sent && now - climb.rung_began >= kill_patience;
    if (states[i].empty() || out_of_patience) {
      gone.emplace_back(climb.target, everybody_in(states[i]));
      continue;
    }
    if (const auto& wait = climb.ladder[climb.rung].wait)
      next = std::min(next, std::chrono::ceil<Milliseconds>(climb.rung_began + *wait - now));
    left.push_back(climb);
  }
  climbs_ = std::move(left);
  if (!climbs_.empty()) timer_.start(std::max(next, Milliseconds(0)), [this] { turn(); });
  // Last: these calls may settle executions, which forget themselves here.
  for (auto& [target, survivors] : gone) {
    // Nobody is seen any more; what hides, hides in the group.
    trees_.kill_group(target->tree_root());
    target->tree_gone(std::move(survivors));
  }
}

}  // namespace cloudops
