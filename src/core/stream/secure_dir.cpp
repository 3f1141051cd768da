#include "core/stream/secure_dir.hpp"

#include "core/stream/io_error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace cloudops {
namespace {

constexpr const char* kVerb = "use the directory";
constexpr mode_t kPrivate = 0700;

/// "link/" and "link/." name the link's target; without such an end O_NOFOLLOW sees the link itself.
std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1) {
    if (path.back() == '/')
      path.pop_back();
    else if (path.size() > 2 && path.ends_with("/."))
      path.resize(path.size() - 2);
    else
      break;
  }
  return path;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return without_trailing_slashes(path.substr(0, slash + 1));
}

Error owned_by_another(const std::string& path, uid_t owner) {
  return io_error(kVerb, path, "it belongs to another user (uid " + std::to_string(owner) + ")");
}

/// What the umask took from a directory that we have just made. 0 or an errno.
int undo_umask(System& system, const std::string& path) {
  // O_PATH: we may lack the right to read it.
  const int opened = system.open_at(AT_FDCWD, path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
  if (opened < 0) return -opened;
  const UniqueFd fd(opened);
  struct stat status {};
  if (const int error = -system.status_of(opened, status)) return error;
  return ensure_mode(system, opened, status, kPrivate);
}

/// Makes the directory and its missing parents. 0, also when it exists, or an errno.
int make_directory(System& system, const std::string& path) {
  const auto make = [&] {
    const int error = -system.make_directory(path.c_str(), kPrivate);
    if (error == 0) return undo_umask(system, path);
    return error == EEXIST ? 0 : error;
  };
  const int error = make();
  const std::string parent = parent_of(path);
  if (error != ENOENT || parent == path || path.empty()) return error;
  if (const int parent_error = make_directory(system, parent)) return parent_error;
  return make();
}

/// Why it could not be opened: rather what it is than what the system says.
Error not_opened(System& system, const std::string& path, int error) {
  struct stat status {};
  if (system.status_at(AT_FDCWD, path.c_str(), status) != 0) return io_error(kVerb, path, error);
  if (S_ISLNK(status.st_mode)) return io_error(kVerb, path, "it is a symbolic link");
  if (error == EACCES && status.st_uid != ::geteuid()) return owned_by_another(path, status.st_uid);
  return io_error(kVerb, path, error);
}

Expected<UniqueFd> open_or_make(System& system, const std::string& path) {
  const auto open = [&] {
    return system.open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0);
  };
  int opened = open();
  if (opened == -ENOENT) {
    if (const int error = make_directory(system, path)) return io_error("make the directory", path, error);
    opened = open();
  }
  if (opened >= 0) return UniqueFd(opened);
  return not_opened(system, path, -opened);
}

}  // namespace

int ensure_mode(System& system, int fd, const struct stat& status, mode_t mode) {
  return (status.st_mode & 0777) == mode ? 0 : -system.change_mode(fd, mode);
}

Expected<UniqueFd> open_private_dir(const std::string& given, OpenToOthers policy, System& system) {
  const std::string path = without_trailing_slashes(given);
  auto opened = open_or_make(system, path);
  if (opened.has_error()) return opened;

  struct stat status {};
  if (const int error = -system.status_of(opened->get(), status)) return io_error(kVerb, path, error);
  if (status.st_uid != ::geteuid()) return owned_by_another(path, status.st_uid);
  if (policy == OpenToOthers::tighten)
    if (const int error = ensure_mode(system, opened->get(), status, kPrivate))
      return io_error("close to others the directory", path, error);
  return opened;
}

Expected<UniqueFd> open_parent_dir(const std::string& file_path, System& system) {
  const std::string path = parent_of(file_path);
  auto opened = open_or_make(system, path);
  if (opened.has_error()) return opened;

  struct stat status {};
  if (const int error = -system.status_of(opened->get(), status)) return io_error(kVerb, path, error);
  if (status.st_uid != ::geteuid() && status.st_uid != 0) return owned_by_another(path, status.st_uid);
  return opened;
}

}  // namespace cloudops
