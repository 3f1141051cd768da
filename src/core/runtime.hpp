#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace cloudops {

/// The engine thread with its io_context. Everything an engine owns lives on that thread while it runs.
///
/// Constructed and destroyed by the engine's owner; `post` may be called from any thread.
class Runtime {
 public:
  Runtime();
  /// Stops (see stop_when_idle) and joins: the work under way must be able to end.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  boost::asio::io_context& io() { return *io_; }

  /// Runs `work` on the engine thread; after that thread has ended, on the calling thread, one at a time: what the
  /// engine left behind (finished results) stays readable.
  template <class Work>
  void post(Work&& work) {
    {
      std::lock_guard lock(mutex_);
      if (!ended_) {
        boost::asio::post(*io_, std::forward<Work>(work));
        return;
      }
    }
    std::lock_guard one_at_a_time(after_end_);
    work();
  }

  /// The thread ends once nothing is left to do. Engine thread or owner.
  void stop_when_idle() { keep_alive_.reset(); }
  /// Blocks until the thread has ended. Owner.
  void join();
  /// Owner, after join(): gives the descriptors back. Only post() may still be called.
  void release();

  /// Scratch space for reads. Engine thread only; its content is gone at the next read.
  std::array<char, 64 * 1024>& read_buffer() { return *read_buffer_; }

 private:
  void run();

  std::unique_ptr<boost::asio::io_context> io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_alive_;
  std::mutex mutex_;
  std::recursive_mutex after_end_;
  bool ended_ = false;
  std::unique_ptr<std::array<char, 64 * 1024>> read_buffer_;
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace cloudops
