#pragma once

#include "core/os/system.hpp"
#include "core/os/unique_fd.hpp"

#include <fcntl.h>

#include <array>

namespace cloudops {

/// A few descriptors held back for what must not fail when the process has none left: looking at a tree and signalling
/// it. Engine thread only.
class DescriptorReserve {
 public:
  /// Free descriptors while it lives. Another thread of the host may take them first; that is the reserve's limit.
  class Loan {
   public:
    explicit Loan(DescriptorReserve& reserve) : reserve_(reserve) { reserve_.release(); }
    ~Loan() { reserve_.fill(); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

   private:
    DescriptorReserve& reserve_;
  };

  explicit DescriptorReserve(System& system) : system_(system) {}

  /// Takes what is missing, as far as there is any.
  void fill() {
    if (!pattern_) pattern_.reset(system_.open_at(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0));
    for (UniqueFd& held : held_)
      if (pattern_ && !held) held.reset(::fcntl(pattern_.get(), F_DUPFD_CLOEXEC, 3));
  }

 private:
  void release() {
    for (UniqueFd& held : held_) held.reset();
  }

  System& system_;
  /// What the others are copies of: to copy it is a tenth of the work of opening it.
  UniqueFd pattern_;
  /// A pidfd, a file of /proc, one to spare.
  std::array<UniqueFd, 3> held_;
};

}  // namespace cloudops
