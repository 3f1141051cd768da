#include "core/spawn/guard.hpp"

#include "core/spawn/guard_launch.hpp"
#include "guard/guard_table.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <utility>

namespace cloudops {
namespace {

/// The helper bounds its own work by 2 s.
constexpr int patience_ms = 3000;

Error guard_error(const char* what, int error) {
  Error failure;
  failure.code = ErrorCode::io;
  failure.errno_name = errno_name(error);
  failure.message = std::string("The helper that ends running commands when this process dies could not be started (") +
                    what + ": " + failure.errno_name +
                    "). Commands still die with this process, but processes that they started may stay.";
  return failure;
}

/// The limit holds for files in memory too; what goes beyond it is answered with a signal that ends most programs.
std::size_t largest_file() {
  rlimit limits{};
  ::getrlimit(RLIMIT_FSIZE, &limits);
  return limits.rlim_cur == RLIM_INFINITY ? SIZE_MAX : static_cast<std::size_t>(limits.rlim_cur);
}

}  // namespace

void Guard::Unmap::operator()(cloudops_guard_table* table) const { ::munmap(table, sizeof(cloudops_guard_table)); }

Expected<std::unique_ptr<Guard>> Guard::start(const std::string& temp_dir, std::uint64_t time_slice_ns) {
  auto helper = launch(temp_dir, time_slice_ns, nullptr);
  if (!helper) return std::move(helper).error();
  return std::unique_ptr<Guard>(new Guard(std::move(*helper)));
}

std::optional<Error> Guard::start_again(const std::string& temp_dir, std::uint64_t time_slice_ns) {
  auto helper = launch(temp_dir, time_slice_ns, helper_.table.get());
  if (!helper) return std::move(helper).error();
  helper_ = std::move(*helper);
  return std::nullopt;
}

Expected<Guard::Helper> Guard::launch(const std::string& temp_dir, std::uint64_t time_slice_ns,
                                      const cloudops_guard_table* watched) {
  const UniqueFd file = make_memory_file("cloudops-guard-table", false);
  if (!file) return guard_error("memfd_create", errno);
  const std::size_t bytes = std::min(sizeof(cloudops_guard_table), largest_file());
  const std::size_t slots = bytes < offsetof(cloudops_guard_table, slots)
                                ? 0
                                : (bytes - offsetof(cloudops_guard_table, slots)) / sizeof(cloudops_guard_slot);
  if (slots == 0 || (watched != nullptr && watched->used > slots)) return guard_error("RLIMIT_FSIZE", EFBIG);
  if (::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) return guard_error("ftruncate", errno);
  void* memory = ::mmap(nullptr, sizeof(cloudops_guard_table), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return guard_error("mmap", errno);
  Table table(static_cast<cloudops_guard_table*>(memory));
  table->host = ::getpid();
  if (watched != nullptr) {
    std::copy_n(watched->slots, watched->used, table->slots);
    table->used = watched->used;
  }

  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return guard_error("pipe2", errno);
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  // A host with 0, 1 or 2 closed: ours stay above them, where no child's stdio replaces them.
  for (UniqueFd* end : {&read_end, &write_end}) {
    if (end->get() > 2) continue;
    *end = UniqueFd(::fcntl(end->get(), F_DUPFD_CLOEXEC, 3));
    if (!*end) return guard_error("fcntl", errno);
  }

  GuardProcess process = launch_guard(read_end.get(), file.get(), temp_dir, time_slice_ns);
  if (process.pid < 0) return guard_error("exec", process.error);
  return Helper{std::move(table), static_cast<Ticket>(slots), std::move(write_end), process.pid,
                std::move(process.exit_watch)};
}

Guard::~Guard() {
  helper_.alive.reset();
  if (wait_for_end(patience_ms)) return;
  // Its own patience has run out, or something stopped it.
  if (helper_.exit_watch)
    ::syscall(SYS_pidfd_send_signal, helper_.exit_watch.get(), SIGKILL, nullptr, 0);
  else
    ::kill(helper_.pid, SIGKILL);
  wait_for_end(patience_ms);
}

bool Guard::wait_for_end(int timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (helper_.pid != 0) {
    const pid_t collected = ::waitpid(helper_.pid, nullptr, WNOHANG);
    // ECHILD: somebody else in the host collects all children. The number may soon be another child's.
    if (collected == helper_.pid || (collected < 0 && errno == ECHILD)) {
      helper_.pid = 0;
      break;
    }
    using std::chrono::milliseconds;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd end{helper_.exit_watch.get(), POLLIN, 0};
    ::poll(&end, 1, helper_.exit_watch ? static_cast<int>(left.count()) : 1);
  }
  return true;
}

// The helper reads the table only when we are dead, so the order of the stores matters to nobody but the compiler: each
// must really be made, and a half-written slot must not look like a tree.

Guard::Ticket Guard::watch(std::uint64_t mark) {
  Ticket ticket = helper_.table->used;
  if (!free_.empty()) {
    ticket = free_.back();
    free_.pop_back();
  } else if (ticket == helper_.slots) {
    return no_ticket;
  } else {
    __atomic_store_n(&helper_.table->used, ticket + 1, __ATOMIC_RELEASE);
  }
  __atomic_store_n(&helper_.table->slots[ticket].mark, mark, __ATOMIC_RELEASE);
  return ticket;
}

void Guard::set_leader(Ticket ticket, pid_t leader) {
  if (ticket != no_ticket) __atomic_store_n(&helper_.table->slots[ticket].leader, leader, __ATOMIC_RELEASE);
}

void Guard::forget(Ticket ticket) {
  if (ticket == no_ticket) return;
  set_leader(ticket, 0);
  __atomic_store_n(&helper_.table->slots[ticket].mark, 0, __ATOMIC_RELEASE);
  free_.push_back(ticket);
}

}  // namespace cloudops
