#include "core/terminator.hpp"

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
    : trees_(trees), system_(system), reserve_(system), timer_(io) {}

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
  pause_ = first_pause;
  schedule(SteadyTime::duration::zero());
}

void Terminator::forget(const Target& target) {
  std::erase_if(climbs_, [&](const Climb& climb) { return climb.target == &target; });
  if (climbs_.empty()) timer_.cancel();
}

void Terminator::schedule(SteadyTime::duration pause) {
  timer_.start(pause, [this] { turn(); });
}

void Terminator::turn() {
  const DescriptorReserve::Loan descriptors(reserve_);
  std::vector<TreeRoot> roots;
  for (const Climb& climb : climbs_) roots.push_back(climb.target->tree_root());
  std::vector<TreeState> states = look_at_trees(trees_, roots);
  const auto now = system_.now();

  // One call for all that are on the same rung: a signal to a hundred trees costs one more pass, not a hundred.
  std::vector<std::size_t> to_kill;
  std::vector<std::size_t> to_term;
  for (std::size_t i = 0; i < climbs_.size(); ++i) {
    Climb& climb = climbs_[i];
    const auto& wait = climb.ladder[climb.rung].wait;
    if (climb.rung_sent && wait && now - climb.rung_began >= *wait) {
      ++climb.rung;
      climb.rung_sent = false;
    }
    if (states[i].empty()) continue;
    if (kills(climb)) to_kill.push_back(i);
    if (!kills(climb) && !climb.rung_sent) to_term.push_back(i);
  }
  const auto step = [&](const std::vector<std::size_t>& chosen, auto&& act) {
    if (chosen.empty()) return;
    std::vector<TreeRoot> chosen_roots;
    for (const std::size_t i : chosen) chosen_roots.push_back(roots[i]);
    auto chosen_states = act(chosen_roots);
    for (std::size_t i = 0; i < chosen.size(); ++i) states[chosen[i]] = std::move(chosen_states[i]);
  };
  step(to_term, [&](const auto& chosen) { return signal_trees(trees_, chosen, SIGTERM); });
  step(to_kill, [&](const auto& chosen) { return kill_trees(trees_, chosen); });

  // A rung's time runs from when its signal was out, so that nobody gets less of it than the ladder says.
  const auto sent = system_.now();
  for (const auto& chosen : {to_term, to_kill})
    for (const std::size_t i : chosen) {
      Climb& climb = climbs_[i];
      if (std::exchange(climb.rung_sent, true)) continue;
      climb.rung_began = sent;
      climb.target->signalled(climb.ladder[climb.rung].signal, sent);
    }
  finish_climbs(states, sent);
}

void Terminator::finish_climbs(const std::vector<TreeState>& states, SteadyTime now) {
  std::vector<std::pair<Target*, std::vector<std::int32_t>>> gone;
  std::vector<Climb> left;
  auto next = pause_;
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
  if (!climbs_.empty()) schedule(std::max(next, Milliseconds(0)));
  pause_ = std::min(pause_ * 2, longest_pause);
  // Last: these calls may settle executions, which forget themselves here.
  for (auto& [target, survivors] : gone) target->tree_gone(std::move(survivors));
}

}  // namespace cloudops
