/* cloudops-guard: kills the trees of a host's running commands when the host dies, however it dies.
 *
 * Started by core/spawn/guard.cpp with the read end of a pipe as 0 and the table (guard_table.h) as 1. Sleeps until the
 * host is gone: the pipe's write end is closed, or the host's pidfd says so (a copy of the host made by fork may hold
 * the write end open). Then it stops every process that carries a mark of the table, so that nothing forks away, kills
 * them all, and ends. With an empty table it ends at once. It outlives its host by two seconds at most.
 *
 * Freestanding: no libc, no heap, no writable globals; a few KB that travel inside the addon. */
#include "guard_table.h"
#include "system_call.h"

enum { error_not_permitted = 1, error_no_process = 3, error_interrupted = 4 };
enum { signal_kill = 9, signal_stop = 19 };
enum { limit_nofile = 7, limit_rttime = 15 };
enum { set_signal_mask = 2, set_name = 15, monotonic = 1, at_cwd = -100, readable = 1 };
enum { pause_ms = 1, freeze_ms = 100, patience_ms = 2000, calm_sweeps = 3 };

struct limits {
  uint64_t soft;
  uint64_t hard;
};
struct time {
  int64_t seconds;
  int64_t nanoseconds;
};
struct poll_entry {
  int32_t fd;
  int16_t events;
  int16_t seen;
};
struct directory_entry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[1];
};
/* The marks of the table, with their bounds: all of one engine lie close together, so that a look at the bounds spares
 * the search for nearly every process that is not ours. */
struct wanted {
  const struct cloudops_guard_table* table;
  int proc;
  uint64_t lowest;
  uint64_t highest;
};
struct tally {
  uint32_t living;
  uint32_t running;
  /* Ended between being listed and being looked at. */
  uint32_t vanished;
  /* The sum of the pids of the dead that nobody has collected: a change means that the tree lived meanwhile. */
  uint64_t dead;
};

static int64_t now_ms(void) {
  struct time now;
  system_call(__NR_clock_gettime, monotonic, (long)&now, 0, 0);
  return now.seconds * 1000 + now.nanoseconds / 1000000;
}

static void pause_briefly(void) {
  const struct time length = {0, pause_ms * 1000000};
  system_call(__NR_nanosleep, (long)&length, 0, 0, 0);
}

static int is_wanted(const struct wanted* wanted, uint64_t mark) {
  if (mark < wanted->lowest || mark > wanted->highest) return 0;
  for (uint32_t i = 0; i < wanted->table->used; ++i)
    if (wanted->table->slots[i].mark == mark) return 1;
  return 0;
}

/* The beginning of /proc/<pid>/<name>. Its size, or negative. */
static long read_file_of(int proc, long pid, const char* name, char* text, long size) {
  char path[40];
  char digits[20];
  uint32_t length = 0;
  uint32_t count = 0;
  for (; pid > 0; pid /= 10) digits[count++] = (char)('0' + pid % 10);
  while (count != 0) path[length++] = digits[--count];
  path[length++] = '/';
  for (; *name != '\0'; ++name) path[length++] = *name;
  path[length] = '\0';
  const long file = system_call(__NR_openat, proc, (long)path, 0, 0);
  if (file < 0) return file;
  const long taken = system_call(__NR_read, file, (long)text, size, 0);
  system_call(__NR_close, file, 0, 0, 0);
  return taken;
}

/* The number at `at`, which is moved behind it; "unlimited" is 0, which no mark is. */
static uint64_t next_number(const char** at, const char* end) {
  uint64_t number = 0;
  while (*at != end && **at == ' ') ++*at;
  for (; *at != end && **at != ' '; ++*at)
    if (**at >= '0' && **at <= '9') number = number * 10 + (uint64_t)(**at - '0');
  return number;
}

/* As read_rttime_limits of core/spawn/proc_reader.cpp: as /proc/<pid>/limits shows them to everybody, where prlimit
 * refuses because the user or group is another. Whether they were found. */
static int shown_limits(int proc, long pid, struct limits* limits) {
  static const char label[] = "Max realtime timeout";
  char text[2048];
  const long size = read_file_of(proc, pid, "limits", text, sizeof text);
  for (const char* line = text; line + sizeof label < text + size; ++line) {
    uint32_t same = 0;
    while (label[same] != '\0' && line[same] == label[same]) ++same;
    if (label[same] != '\0') continue;
    const char* at = line + same;
    limits->soft = next_number(&at, text + size);
    limits->hard = next_number(&at, text + size);
    return 1;
  }
  return 0;
}

/* 1, 0, or -1: that process has ended. */
static int carries_mark(const struct wanted* wanted, long pid) {
  struct limits limits;
  const long result = system_call(__NR_prlimit64, pid, limit_rttime, 0, (long)&limits);
  if (result == -error_no_process) return -1;
  if (result == -error_not_permitted) {
    /* Kernel threads have group 0, and are many. */
    if (system_call(__NR_getpgid, pid, 0, 0, 0) <= 0 || !shown_limits(wanted->proc, pid, &limits)) return 0;
  } else if (result != 0) {
    return 0;
  }
  return is_wanted(wanted, limits.hard) || is_wanted(wanted, limits.soft);
}

/* The letter in /proc/<pid>/stat, which follows the name's last ')'. 'R' when it cannot be read: assume it lives. */
static char state_of(int proc, long pid) {
  char text[512];
  const long size = read_file_of(proc, pid, "stat", text, sizeof text);
  for (long at = size - 3; at > 0; --at)
    if (text[at] == ')') return text[at + 2];
  return 'R';
}

/* Only ever reaches a process that still carries a wanted mark: the descriptor is opened first, the mark looked at
 * second, so a pid that was given to somebody else in between is caught. */
static void send(const struct wanted* wanted, long pid, int signal) {
  const long process = system_call(__NR_pidfd_open, pid, 0, 0, 0);
  if (process == -error_no_process || carries_mark(wanted, pid) != 1) {
    if (process >= 0) system_call(__NR_close, process, 0, 0, 0);
    return;
  }
  if (process < 0) { /* kernels before 5.3, and sandboxes */
    system_call(__NR_kill, pid, signal, 0, 0);
    return;
  }
  const long result = system_call(__NR_pidfd_send_signal, process, signal, 0, 0);
  if (result < 0 && result != -error_no_process) system_call(__NR_kill, pid, signal, 0, 0);
  system_call(__NR_close, process, 0, 0, 0);
}

/* A dead one that nobody collects is signalled too (its first thread may have ended before the others) but is not
 * counted as living. */
static void look_at(const struct wanted* wanted, const char* pid_text, int signal, struct tally* tally) {
  long pid = 0;
  const char* digit = pid_text;
  for (; *digit >= '0' && *digit <= '9'; ++digit) pid = pid * 10 + (*digit - '0');
  if (*digit != '\0') return;
  const int marked = carries_mark(wanted, pid);
  if (marked != 1) {
    tally->vanished += marked < 0;
    return;
  }
  send(wanted, pid, signal);
  const char state = state_of(wanted->proc, pid);
  if (state == 'Z' || state == 'X') {
    tally->dead += (uint64_t)pid;
    return;
  }
  ++tally->living;
  tally->running += state != 'T' && state != 't';
}

/* One pass over all processes. A tree may consist of processes that live just long enough to fork a successor: what was
 * listed is looked at immediately, in small portions, and the newest, which is listed last, first. */
static struct tally sweep(const struct wanted* wanted, int signal) {
  struct tally tally = {0, 0, 0, 0};
  char buffer[1024] __attribute__((aligned(8)));
  uint16_t entries[1024 / 24];
  system_call(__NR_lseek, wanted->proc, 0, 0, 0);
  for (;;) {
    const long size = system_call(__NR_getdents64, wanted->proc, (long)buffer, sizeof buffer, 0);
    if (size <= 0) return tally;
    uint32_t count = 0;
    for (long at = 0; at < size; at += ((const struct directory_entry*)(buffer + at))->length)
      entries[count++] = (uint16_t)at;
    while (count != 0)
      look_at(wanted, ((const struct directory_entry*)(buffer + entries[--count]))->name, signal, &tally);
  }
}

/* The leader's process group, if it still has members: for trees that cannot be searched for, for want of a mark or of
 * /proc, and for those whom /proc does not show (hidepid). While nobody has the leader's number, a group of that number
 * is still its own. */
static void kill_groups(const struct wanted* wanted) {
  for (uint32_t i = 0; i < wanted->table->used; ++i) {
    const struct cloudops_guard_slot* slot = &wanted->table->slots[i];
    if (slot->leader > 1 && (slot->mark == 0 || carries_mark(wanted, slot->leader) != 0))
      system_call(__NR_kill, -(long)slot->leader, signal_kill, 0, 0);
  }
}

/* As shows_this_process of core/spawn/proc_reader.cpp: opened, and with the numbers that processes have for us: a
 * sandbox may have kept the /proc of the namespace outside.
 */
static int open_proc(void) {
  const int proc = (int)system_call(__NR_openat, at_cwd, (long)"/proc", 0, 0);
  char number[16];
  const long size = proc < 0 ? 0 : system_call(__NR_readlinkat, proc, (long)"self", (long)number, sizeof number);
  const char* at = number;
  if (size > 0 && next_number(&at, number + size) == (uint64_t)system_call(__NR_getpid, 0, 0, 0, 0)) return proc;
  return -1;
}

static void kill_all(const struct cloudops_guard_table* table) {
  struct wanted wanted = {table, -1, UINT64_MAX, 0};
  uint32_t trees = 0;
  for (uint32_t i = 0; i < table->used; ++i) {
    const struct cloudops_guard_slot* slot = &table->slots[i];
    trees += slot->mark != 0 || slot->leader != 0;
    if (slot->mark == 0) continue;
    if (slot->mark < wanted.lowest) wanted.lowest = slot->mark;
    if (slot->mark > wanted.highest) wanted.highest = slot->mark;
  }
  if (trees == 0) return;
  wanted.proc = open_proc();
  const int64_t begin = now_ms();
  const int searched = wanted.proc >= 0 && wanted.highest != 0;
  while (searched && sweep(&wanted, signal_stop).running != 0 && now_ms() - begin < freeze_ms) pause_briefly();
  kill_groups(&wanted);
  if (!searched) return;
  /* The host may have died while it was starting a child that had not been marked yet: one empty pass proves little. */
  uint64_t dead = 0;
  for (int calm = 0; calm < calm_sweeps && now_ms() - begin < patience_ms;) {
    const struct tally tally = sweep(&wanted, signal_kill);
    calm = tally.living == 0 && tally.vanished == 0 && tally.dead == dead ? calm + 1 : 0;
    dead = tally.dead;
    if (calm != 0 || tally.living != 0) pause_briefly();
  }
}

static void close_from_one(void) {
  if (system_call(__NR_close_range, 1, 0xffffffffL, 0, 0) == 0) return;
  struct limits files = {0, 0}; /* kernels before 5.9 */
  system_call(__NR_prlimit64, 0, limit_nofile, 0, (long)&files);
  for (uint64_t fd = 1; fd < files.soft && fd < 65536; ++fd) system_call(__NR_close, (long)fd, 0, 0, 0);
}

static void wait_for_the_end_of_the_host(int host) {
  struct poll_entry entries[2] = {{0, readable, 0}, {host, readable, 0}}; /* a negative fd is skipped */
  for (;;) {
    const long ready = system_call6(__NR_ppoll, (long)entries, 2, 0, 0, 0, 0);
    if (ready > 0) return;
    if (ready < 0 && ready != -error_interrupted) system_call(__NR_exit_group, 1, 0, 0, 0);
  }
}

__attribute__((noreturn, used)) void guard_main(void) {
  const uint64_t every_signal = ~(uint64_t)0;
  system_call(__NR_rt_sigprocmask, set_signal_mask, (long)&every_signal, 0, sizeof every_signal);
  system_call(__NR_setsid, 0, 0, 0, 0);
  system_call(__NR_chdir, (long)"/", 0, 0, 0);
  system_call(__NR_prctl, set_name, (long)"cloudops-guard", 0, 0);
  /* In a host that an engine around it marked by the soft limit: leave that tree. Killing it must end the host, and
   * this helper then ends what the host started, which that engine cannot tell from others. */
  struct limits own;
  if (system_call(__NR_prlimit64, 0, limit_rttime, 0, (long)&own) == 0) {
    own.soft = own.hard;
    system_call(__NR_prlimit64, 0, limit_rttime, (long)&own, 0);
  }

  const long mapped = system_call6(__NR_mmap, 0, sizeof(struct cloudops_guard_table), 1, 1, 1, 0);
  close_from_one();
  if (mapped < 0 && mapped > -4096) system_call(__NR_exit_group, 1, 0, 0, 0);
  const struct cloudops_guard_table* table = (const struct cloudops_guard_table*)mapped;

  /* The descriptor first, the look at the parent second: if that still is the host, the descriptor means it. Another
   * parent: the host died before we got here. */
  const long host = system_call(__NR_pidfd_open, table->host, 0, 0, 0);
  if (system_call(__NR_getppid, 0, 0, 0, 0) == table->host) wait_for_the_end_of_the_host(host < 0 ? -1 : (int)host);
  kill_all(table);
  for (;;) system_call(__NR_exit_group, 0, 0, 0, 0);
}
