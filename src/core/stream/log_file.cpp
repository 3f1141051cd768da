#include "core/stream/log_file.hpp"

#include "core/stream/byte_scan.hpp"

#include <string_view>

namespace cloudops {

void LogFile::write(OutputStream stream, const OutputPiece& piece) {
  const bool ours = owner_ == stream;
  if (ours || (!owner_ && held(stream).empty() && !piece.partial)) {
    sink_.write(piece.text);
    if (piece.partial) return;
    sink_.write("\n");
    owner_.reset();
    if (ours) release(other(stream));
    return;
  }
  std::string& waiting = held(stream);
  waiting += piece.text;
  if (!piece.partial) waiting += '\n';
  if (owner_ && waiting.size() > kMaxHeldBytes) end_owned_line();
  if (!owner_) release(stream);
}

void LogFile::release(OutputStream stream) {
  std::string& waiting = held(stream);
  const std::size_t newline = find_last_byte(waiting, '\n');
  if (newline != std::string::npos) {
    sink_.write(std::string_view(waiting).substr(0, newline + 1));
    waiting.erase(0, newline + 1);
  }
  if (waiting.size() <= kMaxHeldBytes) return;
  sink_.write(waiting);
  std::string().swap(waiting);
  owner_ = stream;
}

void LogFile::end_owned_line() {
  sink_.write("\n");
  owner_.reset();
}

void LogFile::close(const FileSink::Done& done) {
  if (owner_) end_owned_line();
  for (std::string& waiting : held_) {
    sink_.write(waiting);
    if (!waiting.empty() && waiting.back() != '\n') sink_.write("\n");
    std::string().swap(waiting);
  }
  sink_.close(done);
}

}  // namespace cloudops
