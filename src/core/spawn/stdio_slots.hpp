#pragma once

#include "core/os/unique_fd.hpp"
#include "core/spawn/launcher.hpp"

#include <array>

namespace cloudops {

/// Three descriptors with low numbers, by which a child gets its stdio.
///
/// A child that copies the host's table of descriptors, to close all but three of them, costs the more the more there
/// are. One that finds its three below a number copies only what is below it (ExecPlan::copy_below). Pipes get the
/// lowest numbers that are free, which in a host with thousands of descriptors are high ones; these are taken when the
/// engine is made, and kept.
///
/// Made by the engine's owner, used on the engine thread. Without a descriptor to be had it serves nobody, and children
/// copy the whole table.
class StdioSlots {
 public:
  StdioSlots();

  /// The slots hold a child's stdio as long as this lives, which must not be longer than the launch: they keep its
  /// pipes open.
  class Loan {
   public:
    /// `dev_null`: what the slots hold otherwise, open for reading.
    Loan(StdioSlots& slots, const StdioFds& stdio, int dev_null);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    /// What the launch is to use: the slots or, where they could not be had or are not needed, what was given.
    const StdioFds& stdio() const { return stdio_; }

   private:
    StdioSlots& slots_;
    StdioFds stdio_;
    int dev_null_;
    std::array<bool, 3> filled_{};
  };

 private:
  void give_up() { slots_ = {}; }

  std::array<UniqueFd, 3> slots_;
};

}  // namespace cloudops
