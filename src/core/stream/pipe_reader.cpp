#include "core/stream/pipe_reader.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cloudops {
namespace {

/// Reads per readiness; with the scratch buffer's size this bounds one child's turn.
constexpr int reads_per_turn = 4;
/// A pipe that was found full gets this much room, so that a fast child and we switch less often. Asked for only then:
/// the kernel grants a user 64 MiB of pipe buffers in all.
constexpr std::size_t large_pipe_bytes = 1024 * 1024;
constexpr std::size_t usual_pipe_bytes = 64 * 1024;

}  // namespace

PipeReader::PipeReader(boost::asio::io_context& io, System& system, std::span<char> buffer, Callbacks callbacks)
    : fd_(io), system_(system), buffer_(buffer), callbacks_(std::move(callbacks)) {}

int PipeReader::open(UniqueFd fd) {
  const int error = fd_.open(std::move(fd));
  if (error == 0) arm();
  return error;
}

void PipeReader::resume() {
  paused_ = false;
  if (is_open() && !armed_) arm();
}

bool PipeReader::has_waiting() { return is_open() && system_.bytes_waiting(fd_.get()) > 0; }

void PipeReader::arm() {
  armed_ = true;
  fd_.when_readable([this] {
    armed_ = false;
    if (!paused_) on_readable();
  });
}

void PipeReader::on_readable() {
  for (int turn = 0; turn < reads_per_turn; ++turn) {
    const ReadState state = read_once(large_pipe_bytes);
    if (state == ReadState::ended) return;
    if (state == ReadState::empty || paused_ || !is_open()) break;
  }
  if (is_open() && !paused_ && !armed_) arm();
}

void PipeReader::drain() {
  if (!is_open()) return;
  for (std::size_t left = system_.bytes_waiting(fd_.get()); left > 0 && is_open();) {
    // A pipe in packet mode gives a packet at a time, however much waits.
    std::size_t taken = 0;
    if (read_once(left, &taken) != ReadState::more) return;
    left -= taken;
  }
  // At most one more read, to see an end of file that is already there.
  if (is_open() && system_.bytes_waiting(fd_.get()) == 0) read_once(1);
}

ssize_t PipeReader::take(std::size_t limit) {
  if (sink_ >= 0) {
    const ssize_t count = system_.splice(fd_.get(), sink_, limit);
    if (count >= 0 || count == -EAGAIN || count == -EINTR) return count;
    sink_ = -1;
    splice_refused_ = true;
  }
  return system_.read(fd_.get(), buffer_.data(), std::min(limit, buffer_.size()));
}

PipeReader::ReadState PipeReader::read_once(std::size_t limit, std::size_t* taken) {
  const ssize_t count = take(limit);
  if (count == -EAGAIN) return ReadState::empty;
  if (count == -EINTR) return ReadState::more;
  if (count <= 0) {
    end(static_cast<int>(-count));
    return ReadState::ended;
  }
  const auto size = static_cast<std::size_t>(count);
  if (taken != nullptr) *taken = size;
  if (!enlarged_ && size >= usual_pipe_bytes) {
    enlarged_ = true;
    ::fcntl(fd_.get(), F_SETPIPE_SZ, static_cast<int>(large_pipe_bytes));
  }
  if (sink_ >= 0)
    callbacks_.on_counted(size);
  else
    callbacks_.on_bytes(std::string_view(buffer_.data(), size));
  return ReadState::more;
}

void PipeReader::end(int error) {
  close();
  callbacks_.on_end(error);
}

}  // namespace cloudops
