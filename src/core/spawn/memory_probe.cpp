#include "core/spawn/memory_probe.hpp"

#include "core/os/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace cloudops {
namespace {

constexpr std::uint64_t kib = 1024;
/// After so many, what was seen is nearer to the truth than what its page faults say.
constexpr int enough_looks = 3;
/// And after so much processor time.
constexpr std::chrono::milliseconds enough_work{10};
/// A program's own file and its libraries come first, and the kernel maps neighbours of what is touched, up to 16
/// pages. So `true` (50 faults, 269 pages), bash (140, 738) and ls (222, 674) have it; memory of no file comes page by
/// page.
constexpr std::uint64_t faults_of_loading = 150;
constexpr std::uint64_t pages_per_fault_of_files = 5;
/// Processes per look.
constexpr int most_processes = 64;

/// A file of /proc, into the caller's buffer; empty when it cannot be read.
std::string_view read_proc_file(const char* path, std::array<char, 4096>& buffer) {
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
  return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

std::chrono::microseconds worked(const rusage& usage) {
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// The number after `label`, 0 when there is none.
std::uint64_t number_after(std::string_view text, std::string_view label) {
  const auto found = text.find(label);
  if (found == std::string_view::npos) return 0;
  const auto digits = text.find_first_of("0123456789", found + label.size());
  if (digits == std::string_view::npos) return 0;
  std::uint64_t number = 0;
  std::from_chars(text.data() + digits, text.data() + text.size(), number);
  return number;
}

}  // namespace

void MemoryProbe::begin(pid_t leader) {
  leader_ = leader;
  rusage host{};
  ::getrusage(RUSAGE_SELF, &host);
  host_peak_bytes_ = static_cast<std::uint64_t>(host.ru_maxrss) * kib;
}

void MemoryProbe::look() {
  ++looks_;
  int left = most_processes;
  look_at(leader_, ::getpid(), left);
}

void MemoryProbe::look_at(pid_t pid, pid_t parent, int& left) {
  if (left-- <= 0) return;
  std::array<char, 4096> buffer;
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/status", pid);
  const std::string_view status = read_proc_file(path.data(), buffer);
  // Somebody else has that number by now, or in a /proc that is another namespace's.
  if (number_after(status, "\nPPid:") != static_cast<std::uint64_t>(parent)) return;
  seen_bytes_ = std::max(seen_bytes_, number_after(status, "\nVmHWM:") * kib);
  if (left <= 0) return;
  std::snprintf(path.data(), path.size(), "/proc/%d/task/%d/children", pid, pid);
  std::string_view children = read_proc_file(path.data(), buffer);
  while (left > 0 && !children.empty()) {
    pid_t child = 0;
    const auto [end, error] = std::from_chars(children.data(), children.data() + children.size(), child);
    if (error != std::errc()) return;
    children.remove_prefix(std::min(children.size(), static_cast<std::size_t>(end - children.data()) + 1));
    look_at(child, pid, left);
  }
}

std::uint64_t MemoryProbe::peak_bytes(const rusage& usage) const {
  const auto reported = static_cast<std::uint64_t>(usage.ru_maxrss) * kib;
  if (reported > host_peak_bytes_) return reported;
  if (looks_ >= enough_looks && worked(usage) >= enough_work) return seen_bytes_;
  // All looks may have met it while it was being loaded (or waited for a processor to be), or when it had ended. Every
  // page that it had, it had to fault in (or a neighbour of it), but it may have done so more than once, and its
  // children's faults count too.
  const auto faults = static_cast<std::uint64_t>(usage.ru_minflt);
  const std::uint64_t pages = faults + (pages_per_fault_of_files - 1) * std::min(faults, faults_of_loading);
  const std::uint64_t faulted = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return std::min(reported, std::max(seen_bytes_, faulted));
}

}  // namespace cloudops
