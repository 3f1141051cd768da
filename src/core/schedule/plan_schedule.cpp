#include "core/schedule/plan_schedule.hpp"

#include <deque>
#include <limits>
#include <utility>

namespace cloudops {

PlanSchedule::PlanSchedule(const PlanStrategy& strategy, std::vector<std::int64_t> priorities)
    : commands_(priorities.size()),
      priorities_(std::move(priorities)),
      max_running_(std::numeric_limits<std::size_t>::max()),
      left_(commands_.size()) {
  const std::size_t count = commands_.size();
  if (const auto* serial = std::get_if<SerialStrategy>(&strategy)) {
    // A chain: each waits for the one before it.
    success_needed_ = serial->stop_on_error;
    for (std::size_t i = 1; i < count; ++i) depend(i, i - 1);
  } else if (const auto* parallel = std::get_if<ParallelStrategy>(&strategy)) {
    if (parallel->max_concurrency) max_running_ = *parallel->max_concurrency;
  } else {
    const auto& graph = std::get<DependencyGraphStrategy>(strategy);
    if (graph.max_concurrency) max_running_ = *graph.max_concurrency;
    for (const auto& [later, earlier] : graph.dependencies)
      for (const std::size_t one : earlier) depend(later, one);
  }
  for (std::size_t i = 0; i < count; ++i)
    if (commands_[i].waits_for == 0) get_ready(i);
}

void PlanSchedule::depend(std::size_t later, std::size_t earlier) {
  ++commands_[later].waits_for;
  commands_[earlier].dependents.push_back(later);
}

std::vector<std::size_t> PlanSchedule::take_ready() {
  std::vector<std::size_t> taken;
  while (running_ < max_running_ && !ready_.empty()) {
    const std::size_t index = ready_.top().index;
    ready_.pop();
    // Withdrawn while it was ready.
    if (commands_[index].state != State::ready) continue;
    commands_[index].state = State::running;
    ++running_;
    taken.push_back(index);
  }
  return taken;
}

std::vector<PlanSchedule::Dropped> PlanSchedule::finish(std::size_t index, bool success) {
  --running_;
  end(index);
  if (!success && success_needed_) return drop_dependents_of(index);
  release_dependents_of(index);
  return {};
}

std::vector<PlanSchedule::Dropped> PlanSchedule::withdraw(std::size_t index) {
  end(index);
  if (success_needed_) return drop_dependents_of(index);
  // What comes after it goes on waiting for what it waited for itself.
  if (commands_[index].waits_for == 0) release_dependents_of(index);
  return {};
}

std::vector<std::size_t> PlanSchedule::withdraw_all() {
  std::vector<std::size_t> withdrawn;
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    if (commands_[i].state != State::waiting && commands_[i].state != State::ready) continue;
    end(i);
    withdrawn.push_back(i);
  }
  ready_ = {};
  return withdrawn;
}

void PlanSchedule::get_ready(std::size_t index) {
  commands_[index].state = State::ready;
  ready_.push({priorities_[index], tickets_++, index});
}

void PlanSchedule::end(std::size_t index) {
  commands_[index].state = State::over;
  --left_;
}

void PlanSchedule::release_dependents_of(std::size_t index) {
  std::deque<std::size_t> ended{index};
  for (; !ended.empty(); ended.pop_front()) {
    for (const std::size_t later : commands_[ended.front()].dependents) {
      Command& command = commands_[later];
      if (--command.waits_for > 0) continue;
      if (command.state == State::waiting) {
        get_ready(later);
      } else {
        // Withdrawn while it waited: its turn has come, and is over.
        ended.push_back(later);
      }
    }
  }
}

std::vector<PlanSchedule::Dropped> PlanSchedule::drop_dependents_of(std::size_t index) {
  std::vector<Dropped> dropped;
  std::vector<std::size_t> causes{index};
  while (!causes.empty()) {
    const std::size_t cause = causes.back();
    causes.pop_back();
    for (const std::size_t later : commands_[cause].dependents) {
      if (commands_[later].state != State::waiting) continue;
      end(later);
      dropped.push_back({later, index});
      causes.push_back(later);
    }
  }
  return dropped;
}

}  // namespace cloudops
