#pragma once

#include "core/back_off.hpp"
#include "core/os/descriptor_reserve.hpp"
#include "core/os/system.hpp"
#include "core/settle/stop_ladder.hpp"
#include "core/spawn/tree_kill.hpp"
#include "core/timer.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace cloudops {

/// Climbs the stop ladder for every execution that is being terminated, together: one look at /proc serves them all.
/// Engine thread only.
class Terminator {
 public:
  /// An execution under termination. Must forget() itself before it is destroyed.
  class Target {
   public:
    virtual ~Target() = default;
    virtual TreeRoot tree_root() const = 0;
    /// The signal has gone to every process of the tree that was found; `at`: when the last of them had it.
    virtual void signalled(int signal, SteadyTime at) = 0;
    /// Last call: nothing of the tree is alive but these, which the system does not let us end.
    virtual void tree_gone(std::vector<std::int32_t> survivors) = 0;
  };

  Terminator(boost::asio::io_context& io, const ProcessTrees& trees, System& system);

  /// Holds descriptors back, so that it can end processes when there are none left. Before the first child.
  void prepare() { reserve_.fill(); }

  void begin(Target& target, const StopLadder& ladder);
  /// Goes on with this ladder's last rung if it is a shorter one; without effect on a target that was not begun.
  void hasten(Target& target, const StopLadder& ladder);
  /// Something ended: look again now, not at the next turn.
  void nudge();
  void forget(const Target& target);

 private:
  struct Climb {
    Target* target = nullptr;
    StopLadder ladder;
    std::size_t rung = 0;
    bool rung_sent = false;
    SteadyTime rung_began{};
  };

  void turn();
  void advance_rungs();
  void finish_climbs(const std::vector<TreeState>& states, SteadyTime now);
  static bool kills(const Climb& climb) { return climb.ladder[climb.rung].signal == SIGKILL; }
  static bool asks(const Climb& climb) { return !kills(climb) && !climb.rung_sent; }

  boost::asio::io_context& io_;
  const ProcessTrees& trees_;
  System& system_;
  DescriptorReserve reserve_;
  Timer timer_;
  BackOff pause_;
  std::vector<Climb> climbs_;
  /// A turn is posted.
  bool turn_due_ = false;
  /// What is posted asks it whether this object is still there.
  std::shared_ptr<Terminator*> self_ = std::make_shared<Terminator*>(this);
};

}  // namespace cloudops
