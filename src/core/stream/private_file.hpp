#pragma once

#include "core/model/error.hpp"
#include "core/model/event.hpp"
#include "core/os/unique_fd.hpp"
#include "core/stream/secure_dir.hpp"

#include <cstdint>
#include <string>

namespace cloudops {

// Files that hold output: mode 0600, owned by us, one name only, never a link, FIFO or device, never opened into a
// directory that secure_dir refuses. Opening never waits. Errors are ErrorCode::io with a sentence.

/// A file open for appending.
struct OpenedFile {
  UniqueFd fd;
  std::string path;
};

/// `<dir>/<id>.log`.
std::string log_path_in(const std::string& dir, const Uuid& id);

/// That file. One that an earlier execution left is emptied.
Expected<OpenedFile> open_log_in(const std::string& dir, OpenToOthers policy, const Uuid& id,
                                 System& system = real_system());

/// A log at a path of the user's choice. A regular file of ours that is there is emptied and closed to others (0600).
Expected<OpenedFile> open_log_at(const std::string& path, System& system = real_system());

/// `<dir>/<id>.stdout.overflow` or `.stderr.overflow`. One that an earlier execution left is replaced by a new file, so
/// that whoever still reads the old one reads it to its end.
Expected<OpenedFile> open_overflow_in(const std::string& dir, OpenToOthers policy, const Uuid& id, OutputStream stream,
                                      System& system = real_system());

/// All of a regular file of ours; never through a symbolic link. Errors are ErrorCode::log_read_failed, also when it
/// holds more than `max_bytes`. Blocking: the thread is the caller's choice.
Expected<std::string> read_log(const std::string& path, std::uint64_t max_bytes);

}  // namespace cloudops
