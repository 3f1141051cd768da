#pragma once

#include "core/model/time.hpp"
#include "core/spawn/memory_probe.hpp"
#include "core/timer.hpp"

#include <list>

namespace cloudops {

/// Looks at the memory of all running commands of an engine from time to time: at each one ever more rarely, because
/// the figure needs a precision in proportion to the time that the command takes, and so rarely at all of them together
/// that it stays below a twentieth of the time.
///
/// Engine thread only. One timer for all, which commands that come and go leave as it is: to set it is, where a
/// hypervisor has to be asked, as much work as all else between a start and the wait for its end.
class MemoryWatch {
  struct Watched {
    MemoryProbe* probe;
    SteadyTime due;
    SteadyTime::duration pause;
  };

 public:
  using Place = std::list<Watched>::iterator;

  explicit MemoryWatch(boost::asio::io_context& io) : timer_(io) {}

  /// From now on, until remove(); the probe has begun and stays where it is.
  Place add(MemoryProbe& probe);
  void remove(Place place) { watched_.erase(place); }
  /// Nothing runs any more.
  void stop() { timer_.cancel(); }

 private:
  SteadyTime due_after(SteadyTime now, SteadyTime::duration pause) const;
  void aim(SteadyTime now);
  void look();

  std::list<Watched> watched_;
  Timer timer_;
  /// When the timer is to fire, while it is pending.
  SteadyTime aimed_at_{};
};

}  // namespace cloudops
