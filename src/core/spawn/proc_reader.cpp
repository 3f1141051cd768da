#include "core/spawn/proc_reader.hpp"

#include "core/os/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>

namespace cloudops {
namespace {

/// As the kernel writes it; the name goes on until its NUL.
struct DirectoryEntry {
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t length;
  unsigned char type;
};
constexpr std::size_t name_offset = offsetof(DirectoryEntry, type) + 1;

/// A file of a process, from its beginning, as text. Returns its size, or -errno.
ssize_t read_file_of(System& system, int proc, pid_t pid, const char* name, std::span<char> text) {
  std::snprintf(text.data(), text.size(), "%d/%s", pid, name);
  const int opened = system.open_at(proc, text.data(), O_RDONLY | O_CLOEXEC, 0);
  const UniqueFd file(opened);
  const ssize_t size = file ? system.read(opened, text.data(), text.size() - 1) : opened;
  if (size >= 0) text[static_cast<std::size_t>(size)] = '\0';
  return size;
}

/// A number or "unlimited", at `at`, which is moved behind it.
rlim_t next_limit(const char*& at) {
  at += std::strspn(at, " ");
  if (std::strncmp(at, "unlimited", 9) == 0) {
    at += 9;
    return RLIM_INFINITY;
  }
  rlim_t number = 0;
  at = std::from_chars(at, at + std::strlen(at), number).ptr;
  return number;
}

}  // namespace

bool shows_this_process(int proc) {
  std::array<char, 16> number;
  const ssize_t size = ::readlinkat(proc, "self", number.data(), number.size());
  pid_t self = 0;
  if (size > 0) std::from_chars(number.data(), number.data() + size, self);
  return self == ::getpid();
}

bool for_each_process(System& system, int proc, const std::function<bool(const ListedProcess&)>& visit) {
  if (system.rewind(proc) != 0) return false;
  // Small on purpose: the kernel fills all of it before the first entry can be looked at.
  alignas(DirectoryEntry) char buffer[1024];
  std::array<ListedProcess, sizeof buffer / name_offset> listed;
  for (;;) {
    const ssize_t size = system.list(proc, buffer, sizeof buffer);
    if (size <= 0) return size == 0;
    std::size_t count = 0;
    for (ssize_t at = 0; at < size;) {
      const char* name = buffer + at + name_offset;
      std::uint64_t inode = 0;
      std::memcpy(&inode, buffer + at + offsetof(DirectoryEntry, inode), sizeof inode);
      std::uint16_t length = 0;
      std::memcpy(&length, buffer + at + offsetof(DirectoryEntry, length), sizeof length);
      at += length;
      const char* end = name + std::strlen(name);
      pid_t pid = 0;
      const auto parsed = std::from_chars(name, end, pid);
      if (parsed.ec == std::errc() && parsed.ptr == end) listed[count++] = {pid, inode};
    }
    while (count != 0)
      if (!visit(listed[--count])) return false;
  }
}

std::optional<ProcessStat> read_process(System& system, int proc, pid_t pid) {
  char text[1024];
  const ssize_t size = read_file_of(system, proc, pid, "stat", text);
  if (size <= 0) {
    errno = size == 0 ? ESRCH : static_cast<int>(-size);
    return std::nullopt;
  }
  // The name is in parentheses and may hold any character, parentheses too.
  const char* after_name = std::strrchr(text, ')');
  if (after_name == nullptr) return std::nullopt;
  ProcessStat stat;
  char state = '\0';
  long threads = 0;
  if (std::sscanf(after_name + 1, " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %" SCNu64,
                  &state, &stat.parent, &stat.group, &stat.session, &threads, &stat.started) != 6)
    return std::nullopt;
  stat.pid = pid;
  stat.stopped = state == 'T';
  // The first thread may end before the others: it shows as a zombie while the process lives.
  stat.zombie = (state == 'Z' || state == 'X') && threads <= 1;
  return stat;
}

int read_rttime_limits(System& system, int proc, pid_t pid, struct rlimit& limits) {
  constexpr const char* label = "Max realtime timeout";
  char text[2048];
  const ssize_t size = read_file_of(system, proc, pid, "limits", text);
  if (size <= 0) return size == 0 ? -ESRCH : static_cast<int>(size);
  const char* at = std::strstr(text, label);
  if (at == nullptr) return -EPERM;
  at += std::strlen(label);
  limits.rlim_cur = next_limit(at);
  limits.rlim_max = next_limit(at);
  return 0;
}

}  // namespace cloudops
