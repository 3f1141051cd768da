#pragma once

#include <sys/stat.h>

#include <string>

namespace cloudops {

enum class FileKind { regular, directory, fifo, socket, device };

/// What stands at a path (symbolic links followed), or why the system would not say.
struct FileCheck {
  /// 0, or the errno of stat.
  int error = 0;
  FileKind kind = FileKind::regular;

  bool is(FileKind wanted) const { return error == 0 && kind == wanted; }
};

FileCheck check_file(const std::string& path);

/// Whether this process, with its effective ids, may read / execute the file or enter the directory.
bool may_read(const std::string& path);
bool may_execute(const std::string& path);

/// `path` when absolute, else below `base`. With an empty base, `path` as it is.
std::string absolute_below(const std::string& base, const std::string& path);

/// Without ".", ".." and doubled slashes, as Node's path.resolve writes it: the text alone counts, not what links there
/// are. A slash at the end stays, for it tells a directory from a file.
std::string normal_path(const std::string& path);

/// Completes a sentence after a path: "does not exist", "cannot be reached (EACCES)".
std::string why_unreachable(int error);

/// "a directory", "a FIFO", …
const char* described(FileKind kind);

}  // namespace cloudops
