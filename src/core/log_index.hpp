#pragma once

#include "core/model/uuid.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <mutex>
#include <optional>
#include <string>

namespace cloudops {

/// Where each known execution's log is, for callers who cannot wait for the engine thread. Any thread.
class LogIndex {
 public:
  /// `path` empty: this execution has no log.
  void add(const Uuid& id, std::string path) {
    std::lock_guard lock(mutex_);
    paths_.insert_or_assign(id, std::move(path));
  }
  void remove(const Uuid& id) {
    std::lock_guard lock(mutex_);
    paths_.erase(id);
  }
  std::optional<std::string> find(const Uuid& id) const {
    std::lock_guard lock(mutex_);
    const auto found = paths_.find(id);
    if (found == paths_.end()) return std::nullopt;
    return found->second;
  }

 private:
  mutable std::mutex mutex_;
  boost::unordered_flat_map<Uuid, std::string, UuidHash> paths_;
};

}  // namespace cloudops
