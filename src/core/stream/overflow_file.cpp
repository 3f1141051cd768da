#include "core/stream/overflow_file.hpp"

#include "core/model/shortage.hpp"

#include <utility>

namespace cloudops {

OverflowFile::OverflowFile(Open open, System& system, WriteBehind behind)
    : open_(std::move(open)), system_(system), behind_(std::move(behind)) {}

void OverflowFile::write(std::string_view bytes) {
  if (file_) return file_->write(bytes);
  if (error_) return;
  waiting_.append(bytes);
  if (!waits()) try_again();
}

void OverflowFile::try_again() {
  lack_.reset();
  auto opened = open_();
  if (opened) {
    file_ = std::make_unique<FileSink>(std::move(*opened), system_, behind_);
    file_->write(std::exchange(waiting_, {}));
    if (closed_) file_->close(std::exchange(closed_, nullptr));
  } else if (shortage_of(opened.error()) != 0) {
    lack_ = opened.error().message;
  } else {
    error_ = opened.error().message;
    waiting_ = {};
    if (closed_) std::exchange(closed_, nullptr)();
  }
}

void OverflowFile::close(const FileSink::Done& done) {
  if (file_) return file_->close(done);
  if (!waits()) return done();
  closed_ = done;
}

void OverflowFile::give_up(std::string why) {
  if (file_) return file_->give_up(std::move(why));
  if (!waits()) return;
  error_ = std::exchange(lack_, std::nullopt);
  waiting_ = {};
}

}  // namespace cloudops
