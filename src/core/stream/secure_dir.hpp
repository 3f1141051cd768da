#pragma once

#include "core/model/error.hpp"
#include "core/os/system.hpp"
#include "core/os/unique_fd.hpp"

#include <string>

namespace cloudops {

// Directories that output may be written into. Called on the engine thread; errors are ErrorCode::io with a sentence
// that names the path and the reason. A relative path starts at the host's working directory.

/// What to do with a directory that exists, is ours, and is open to group or others.
enum class OpenToOthers {
  /// Close it (mode 0700). For the engine's own default directory, where nobody else has any business.
  tighten,
  /// Leave it. For a directory that a user named: it may serve other purposes. Whoever may write into it can take our
  /// files away, but not read them, nor make us write into one of their choice (see private_file).
  leave,
};

/// Gives what we made, or own, that mode unless it has it: the umask may have taken something. 0 or an errno.
int ensure_mode(System& system, int fd, const struct stat& status, mode_t mode);

/// Opens the directory for files of ours, after making it and its missing parents with mode 0700. Refused: a symbolic
/// link as the last component, a directory that another user owns.
Expected<UniqueFd> open_private_dir(const std::string& path, OpenToOthers policy, System& system = real_system());

/// Opens the directory of a file that a user named, after making it and its missing parents with mode 0700. It must
/// belong to us or to root, so that files in /tmp work, and must not be a symbolic link; what it holds is judged when
/// the file is opened.
Expected<UniqueFd> open_parent_dir(const std::string& file_path, System& system = real_system());

}  // namespace cloudops
