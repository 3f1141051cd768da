#pragma once

#include "core/busy_poll.hpp"
#include "core/doorbell.hpp"
#include "core/os/child_signal.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace cloudops {

/// The engine thread with its io_context. Everything an engine owns lives on that thread while it runs.
///
/// Constructed and destroyed by the engine's owner; `post` may be called from any thread.
class Runtime {
 public:
  using Work = std::function<void()>;
  using ReadBuffer = std::array<char, 64 * 1024>;

  /// Throws boost::system::system_error or std::system_error when the system is short of descriptors or threads.
  explicit Runtime(ChildSignals child_signals = ChildSignals::for_the_host);
  /// Stops (see stop_when_idle) and joins: the work under way must be able to end.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  boost::asio::io_context& io() { return *io_; }

  /// Runs `work` on the engine thread, in the order of the calls; after that thread has ended, on the calling thread,
  /// one at a time: what the engine left behind (finished results) stays readable.
  void post(Work work);

  /// What other threads post from now on waits for send_held(), in order: its poster may yet think better of it. So
  /// does what they had posted and the thread has not taken yet. Nothing is held any more once the thread is to end.
  void hold_posts();
  void send_held();

  /// The thread ends once nothing is left to do. Engine thread.
  void stop_when_idle();
  /// Blocks until the thread has ended. Any thread but that one.
  void join();
  /// This is the engine thread, or the thread that does its work since it has ended.
  bool works_here() const;
  /// Blocks while another thread does work since the engine thread has ended.
  void let_work_end() { std::lock_guard one_at_a_time(after_end_); }
  /// Owner, after join(): gives the descriptors back. Only post() may still be called.
  void release();

  /// A child is about to be started: its end is not to interrupt the host (see ChildSignal). Engine thread only.
  void expect_child() { child_signal_.update(); }

  /// Whether more commands run than there are processors. Then the engine thread works in the shortest time slices, so
  /// that it does not stand in line behind them. Not otherwise: with a processor to spare it would only push the thread
  /// aside that has just woken it. Engine thread only.
  void crowded(bool crowded);
  /// The time slice that children get, in nanoseconds, because the engine thread's own is not meant for them; 0: it is.
  /// Engine thread only.
  std::uint64_t time_slice_of_host_ns() const { return time_slice_of_host_ns_; }

  /// Nothing runs any more and the host has been told, which may ask for the next command at once: where that has paid
  /// before, the thread stays awake for a moment (see BusyPoll). Engine thread only; pointless with one processor.
  void expect_work();
  /// Something runs again: no need to look. Engine thread only.
  void expect_no_work() { busy_poll_.end(); }

  /// Scratch space for reads. Engine thread only; its content is gone at the next read.
  ReadBuffer& read_buffer() { return *read_buffer_; }

 private:
  enum class State {
    running,
    /// The thread no longer waits for the doorbell, only for what is under way.
    stopping,
    ended,
  };
  void run();
  void announce_post(std::unique_lock<std::mutex>& lock);
  void take_in();
  void look_for_work();
  void stop_looking();

  std::unique_ptr<boost::asio::io_context> io_;
  Doorbell doorbell_;
  std::mutex mutex_;
  State state_ = State::running;
  /// What other threads have posted.
  std::vector<Work> inbox_;
  bool holding_ = false;
  /// Whether the inbox may hold something, for looks without the mutex.
  std::atomic<bool> mail_ = false;
  /// The thread looks at mail_ by itself: nobody needs to ring.
  bool looking_ = false;
  // Engine thread only.
  BusyPoll busy_poll_;
  bool look_is_posted_ = false;
  ChildSignal child_signal_;
  std::recursive_mutex after_end_;
  /// Who holds it to do work.
  std::atomic<std::thread::id> works_after_end_;
  std::mutex joining_;
  std::unique_ptr<ReadBuffer> read_buffer_;
  std::uint64_t time_slice_of_host_ns_ = 0;
  bool slices_refused_ = false;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace cloudops
