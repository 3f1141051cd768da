#include "core/spawn/stdio_slots.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace cloudops {
namespace {

/// Descriptors are copied in whole words of the kernel's bit map. Kernels before 6.12 leave wrong bits in a word that
/// is cut: numbers that the child could never use.
constexpr int whole_words(int count) {
  constexpr int bits = 64;
  return (count + bits - 1) / bits * bits;
}

}  // namespace

StdioSlots::StdioSlots() {
  const UniqueFd dev_null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  // 0, 1 and 2 may be free in a host that has closed them, and are not for us.
  for (UniqueFd& slot : slots_) slot.reset(::fcntl(dev_null.get(), F_DUPFD_CLOEXEC, 3));
  if (std::any_of(slots_.begin(), slots_.end(), [](const UniqueFd& slot) { return !slot; })) give_up();
}

StdioSlots::Loan::Loan(StdioSlots& slots, const StdioFds& stdio, int dev_null)
    : slots_(slots), stdio_(stdio), dev_null_(dev_null) {
  auto& held = slots_.slots_;
  if (!held[0]) return;
  const int sources[3] = {stdio.in, stdio.out, stdio.err};
  const int bound = whole_words(std::max({held[0].get(), held[1].get(), held[2].get()}) + 1);
  // Low enough by themselves.
  if (std::max({stdio.in, stdio.out, stdio.err}) < bound) {
    stdio_.copy_below = bound;
    return;
  }
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (sources[i] == dev_null) continue;
    if (::dup3(sources[i], held[i].get(), O_CLOEXEC) < 0) return;
    filled_[i] = true;
  }
  stdio_ = {held[0].get(), held[1].get(), held[2].get()};
  stdio_.copy_below = bound;
}

StdioSlots::Loan::~Loan() {
  bool emptied = true;
  for (std::size_t i = 0; i < filled_.size(); ++i)
    if (filled_[i]) emptied = ::dup3(dev_null_, slots_.slots_[i].get(), O_CLOEXEC) >= 0 && emptied;
  // A pipe that stays open here would never end.
  if (!emptied) slots_.give_up();
}

}  // namespace cloudops
