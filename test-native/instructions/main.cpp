// Runs every hot path once, for an instruction counter. Callgrind counts inside `counted` and writes one profile each
// time it returns, in the order of the lines printed here: name, repetitions, what one repetition does.
//   valgrind --tool=callgrind --toggle-collect=counted --dump-after=counted cloudops_instructions

#include "hot_paths.hpp"

#include <cstdio>

extern "C" __attribute__((noinline, visibility("default"))) void counted(const std::function<void()>& work) { work(); }

int main() {
  const auto paths = cloudops::instructions::hot_paths();
  // Once without being counted: what is set up on first use is no path's cost.
  for (const auto& path : paths) path.work();
  for (const auto& path : paths) {
    counted(path.work);
    std::printf("%s\t%u\t%s\n", path.name.c_str(), path.count, path.unit.c_str());
  }
}
