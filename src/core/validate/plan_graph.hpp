#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace cloudops {

/// The commands of one cycle, each waiting for the next and the last for the first; the smallest index leads. Empty
/// when there is no cycle. Every index in `dependencies` is below `count`. Linear in commands and dependencies, and
/// without recursion: a chain may be as long as the plan.
std::vector<std::size_t> find_cycle(std::size_t count,
                                    const std::map<std::size_t, std::vector<std::size_t>>& dependencies);

/// "0 -> 3 -> 1 -> 0". The middle of a very long cycle is only counted.
std::string cycle_text(const std::vector<std::size_t>& cycle);

}  // namespace cloudops
