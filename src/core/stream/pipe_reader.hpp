#pragma once

#include "core/os/system.hpp"
#include "core/os/watched_fd.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace cloudops {

/// Reads one pipe of a child until its end. Engine thread only.
///
/// Level-triggered in effect: each time the pipe is readable a bounded number of reads is made, so that one child that
/// floods cannot starve the others; nothing is read while paused. The owner must outlive the callbacks; closing stops
/// them.
class PipeReader {
 public:
  struct Callbacks {
    /// Bytes as read; valid during the call. May pause, resume or close the reader.
    std::function<void(std::string_view)> on_bytes;
    /// End of file, or an error (errno; 0 at end of file). The reader is closed by then. Called at most once.
    std::function<void(int error)> on_end;
    /// After count_only(): so many bytes have come. May pause, resume or close the reader.
    std::function<void(std::size_t)> on_counted = {};
  };

  /// `buffer` is scratch space shared by all readers of the engine thread.
  PipeReader(boost::asio::io_context& io, System& system, std::span<char> buffer, Callbacks callbacks);
  /// Takes the read end and begins. Returns 0, or the errno that made it impossible.
  int open(UniqueFd fd);
  bool is_open() const { return fd_.is_open(); }

  void pause() { paused_ = true; }
  void resume();
  /// Bytes wait in the pipe.
  bool has_waiting();
  /// And it is we who do not read them.
  bool holds_back() { return paused_ && has_waiting(); }

  /// Reads, paused or not, what waits in the pipe at this moment, and no more: called when the process has exited, so
  /// that all it wrote is in.
  void drain();

  /// Nobody needs the bytes any more: from now on the kernel drops what comes, which spares copying it out of the pipe.
  /// `sink`: /dev/null, open for writing. Where the kernel does not do that, they are read as before.
  void count_only(int sink) {
    if (!splice_refused_) sink_ = sink;
  }

  /// Closes without calling back. Idempotent.
  void close() { fd_.close(); }

 private:
  enum class ReadState { more, empty, ended };
  void arm();
  void on_readable();
  ReadState read_once(std::size_t limit, std::size_t* taken = nullptr);
  /// Up to `limit` bytes into the sink or, if they are read, as many of them as the buffer holds.
  ssize_t take(std::size_t limit);
  void end(int error);

  WatchedFd fd_;
  System& system_;
  std::span<char> buffer_;
  Callbacks callbacks_;
  bool paused_ = false;
  bool armed_ = false;
  bool enlarged_ = false;
  /// Where bytes go that are only counted; -1: they are read.
  int sink_ = -1;
  bool splice_refused_ = false;
};

}  // namespace cloudops
