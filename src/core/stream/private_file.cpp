#include "core/stream/private_file.hpp"

#include "core/stream/io_error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <optional>
#include <utility>

namespace cloudops {
namespace {

constexpr const char* kWrite = "write the file";
constexpr const char* kRead = "read the file";
constexpr mode_t kPrivate = 0600;
// O_NONBLOCK: opening a FIFO must not wait for its other end.
constexpr int kSafe = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

std::string reason_not_opened(int error) {
  if (error == ELOOP) return "it is a symbolic link";
  if (error == ENXIO) return "it is not a regular file";
  return errno_sentence(error);
}

/// Why this is no file of ours; absent when it is.
std::optional<std::string> objection(const struct stat& status) {
  if (S_ISLNK(status.st_mode)) return "it is a symbolic link";
  if (!S_ISREG(status.st_mode)) return "it is not a regular file";
  if (status.st_uid != ::geteuid()) return "it belongs to another user (uid " + std::to_string(status.st_uid) + ")";
  return std::nullopt;
}

/// Why this file must not be emptied or replaced: it may be one of ours that somebody else gave this name.
std::optional<std::string> objection_to_writing(const struct stat& status) {
  if (auto reason = objection(status)) return reason;
  if (status.st_nlink > 1) return "it has other names (hard links)";
  return std::nullopt;
}

Error not_opened(const char* verb, const std::string& path, int error) {
  Error result = io_error(verb, path, reason_not_opened(error));
  result.errno_name = errno_name(error);
  return result;
}

/// Opens for appending and empties, in this order: a file that is not ours is looked at, never changed.
Expected<OpenedFile> open_emptied(System& system, int dir, const std::string& name, std::string path) {
  const int opened = system.open_at(dir, name.c_str(), O_WRONLY | O_CREAT | O_APPEND | kSafe, kPrivate);
  if (opened < 0) return not_opened(kWrite, path, -opened);
  UniqueFd fd(opened);
  struct stat status {};
  if (const int error = -system.status_of(opened, status)) return io_error(kWrite, path, error);
  if (const auto reason = objection_to_writing(status)) return io_error(kWrite, path, *reason);
  int error = ensure_mode(system, opened, status, kPrivate);
  if (error == 0 && status.st_size > 0) error = -system.make_empty(opened);
  if (error != 0) return io_error(kWrite, path, error);
  return OpenedFile{std::move(fd), std::move(path)};
}

Expected<OpenedFile> open_new(System& system, int dir, const std::string& name, std::string path) {
  const auto create = [&] {
    return system.open_at(dir, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | kSafe, kPrivate);
  };
  int opened = create();
  if (opened == -EEXIST) {
    struct stat status {};
    if (const int error = -system.status_at(dir, name.c_str(), status)) return io_error(kWrite, path, error);
    if (const auto reason = objection_to_writing(status)) return io_error(kWrite, path, *reason);
    if (const int error = -system.unlink_at(dir, name.c_str())) return io_error(kWrite, path, error);
    opened = create();
  }
  if (opened < 0) return not_opened(kWrite, path, -opened);
  UniqueFd fd(opened);
  struct stat status {};
  int error = -system.status_of(opened, status);
  if (error == 0) error = ensure_mode(system, opened, status, kPrivate);
  if (error != 0) return io_error(kWrite, path, error);
  return OpenedFile{std::move(fd), std::move(path)};
}

std::string join(const std::string& dir, const std::string& name) {
  return dir.ends_with('/') ? dir + name : dir + "/" + name;
}

std::string log_name(const Uuid& id) { return to_string(id) + ".log"; }

Error log_read_failed(Error error) {
  error.code = ErrorCode::log_read_failed;
  return error;
}

}  // namespace

std::string log_path_in(const std::string& dir, const Uuid& id) { return join(dir, log_name(id)); }

Expected<OpenedFile> open_log_in(const std::string& dir, OpenToOthers policy, const Uuid& id, System& system) {
  const auto opened = open_private_dir(dir, policy, system);
  if (opened.has_error()) return opened.error();
  return open_emptied(system, opened->get(), log_name(id), log_path_in(dir, id));
}

Expected<OpenedFile> open_log_at(const std::string& path, System& system) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  if (name.empty() || name == "." || name == "..") return io_error(kWrite, path, "it names a directory");
  const auto opened = open_parent_dir(path, system);
  if (opened.has_error()) return opened.error();
  return open_emptied(system, opened->get(), name, path);
}

Expected<OpenedFile> open_overflow_in(const std::string& dir, OpenToOthers policy, const Uuid& id, OutputStream stream,
                                      System& system) {
  const auto opened = open_private_dir(dir, policy, system);
  if (opened.has_error()) return opened.error();
  const std::string name = to_string(id) + "." + to_string(stream) + ".overflow";
  return open_new(system, opened->get(), name, join(dir, name));
}

Expected<std::string> read_log(const std::string& path, std::uint64_t max_bytes) try {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | kSafe));
  if (!fd) return log_read_failed(not_opened(kRead, path, errno));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return log_read_failed(io_error(kRead, path, errno));
  if (const auto reason = objection(status)) return log_read_failed(io_error(kRead, path, *reason));

  // One byte more than the size says, so that the end of file is seen in the same pass; a log may also still grow.
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string text;
  std::size_t filled = 0;
  while (true) {
    if (filled > max_bytes || size > max_bytes)
      return log_read_failed(io_error(kRead, path, "it is larger than " + std::to_string(max_bytes) + " bytes"));
    if (filled == text.size()) text.resize(filled == 0 ? static_cast<std::size_t>(size) + 1 : filled + 65'536);
    const ssize_t count = ::read(fd.get(), text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return log_read_failed(io_error(kRead, path, errno));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  text.resize(filled);
  return text;
} catch (const std::bad_alloc&) {
  return log_read_failed(io_error(kRead, path, ENOMEM));
}

}  // namespace cloudops
