#include "core/validate/plan_graph.hpp"

#include <algorithm>
#include <cstdint>

namespace cloudops {
namespace {

enum class Visit : std::uint8_t { unseen, on_path, done };

/// A command on the current path, and how many of its dependencies have been followed.
struct Step {
  std::size_t command;
  std::size_t followed = 0;
};

}  // namespace

std::vector<std::size_t> find_cycle(std::size_t count,
                                    const std::map<std::size_t, std::vector<std::size_t>>& dependencies) {
  static const std::vector<std::size_t> none;
  std::vector<const std::vector<std::size_t>*> waits_for(count, &none);
  for (const auto& [command, needed] : dependencies) waits_for[command] = &needed;

  std::vector<Visit> visits(count, Visit::unseen);
  std::vector<Step> path;
  for (std::size_t start = 0; start < count; ++start) {
    if (visits[start] != Visit::unseen) continue;
    visits[start] = Visit::on_path;
    path.assign(1, Step{start});
    while (!path.empty()) {
      Step& step = path.back();
      const auto& needed = *waits_for[step.command];
      if (step.followed == needed.size()) {
        visits[step.command] = Visit::done;
        path.pop_back();
        continue;
      }
      const std::size_t next = needed[step.followed++];
      if (visits[next] == Visit::unseen) {
        visits[next] = Visit::on_path;
        path.push_back(Step{next});
      } else if (visits[next] == Visit::on_path) {
        std::vector<std::size_t> cycle;
        auto from = std::find_if(path.begin(), path.end(), [next](const Step& s) { return s.command == next; });
        for (; from != path.end(); ++from) cycle.push_back(from->command);
        std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
        return cycle;
      }
    }
  }
  return {};
}

std::string cycle_text(const std::vector<std::size_t>& cycle) {
  constexpr std::size_t shown_at_each_end = 20;
  std::string text;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (cycle.size() > 2 * shown_at_each_end && i == shown_at_each_end) {
      i = cycle.size() - shown_at_each_end;
      text += "(" + std::to_string(cycle.size() - 2 * shown_at_each_end) + " more) -> ";
    }
    text += std::to_string(cycle[i]) + " -> ";
  }
  return text + std::to_string(cycle.front());
}

}  // namespace cloudops
