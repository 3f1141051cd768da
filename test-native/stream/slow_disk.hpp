#pragma once

#include "core/os/system.hpp"
#include "core/stream/file_sink.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>

namespace cloudops::test {

/// A disk that stands still, as soon as it is given a whole block, until it is let go.
class SlowDisk final : public System {
 public:
  ssize_t write_file(int fd, std::string_view bytes) override {
    if (bytes.size() >= FileSink::kBlockBytes) {
      std::unique_lock lock(mutex_);
      ++waiting_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return goes_; });
    }
    return System::write_file(fd, bytes);
  }
  int close(int fd) override {
    const int error = System::close(fd);
    std::lock_guard lock(mutex_);
    ++closed_;
    changed_.notify_all();
    return error;
  }

  bool wait_until_it_stands() {
    return wait_until([this] { return waiting_ > 0; });
  }
  /// So many files have been closed.
  bool wait_until_closed(int files) {
    return wait_until([this, files] { return closed_ >= files; });
  }
  void go() {
    std::lock_guard lock(mutex_);
    goes_ = true;
    changed_.notify_all();
  }

 private:
  bool wait_until(const std::function<bool()>& fact) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), fact);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  int closed_ = 0;
  bool goes_ = false;
};

}  // namespace cloudops::test
