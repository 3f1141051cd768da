#include "core/validate/file_check.hpp"

#include "core/model/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace cloudops {

FileCheck check_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {errno, FileKind::regular};
  switch (status.st_mode & S_IFMT) {
    case S_IFREG: return {0, FileKind::regular};
    case S_IFDIR: return {0, FileKind::directory};
    case S_IFIFO: return {0, FileKind::fifo};
    case S_IFSOCK: return {0, FileKind::socket};
    default: return {0, FileKind::device};
  }
}

bool may_read(const std::string& path) { return ::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0; }
bool may_execute(const std::string& path) { return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0; }

std::string absolute_below(const std::string& base, const std::string& path) {
  if (base.empty() || path.starts_with('/')) return path;
  return base.ends_with('/') ? base + path : base + '/' + path;
}

std::string normal_path(const std::string& path) { return std::filesystem::path(path).lexically_normal().string(); }

std::string why_unreachable(int error) {
  if (error == ENOENT || error == ENOTDIR) return "does not exist";
  return "cannot be reached (" + errno_name(error) + ')';
}

const char* described(FileKind kind) {
  switch (kind) {
    case FileKind::regular: return "a file";
    case FileKind::directory: return "a directory";
    case FileKind::fifo: return "a FIFO";
    case FileKind::socket: return "a socket";
    case FileKind::device: return "a device";
  }
  return "a file";
}

}  // namespace cloudops
