/* What the kernel itself costs: vfork, exec, pidfd, epoll and read, and nothing else. No engine can be faster.
 *   floor <runs> <at once> <host bytes> <count lines: 0|1> <program> [argument…]
 *   floor timeout <runs> <milliseconds> <program> [argument…]
 * Prints one JSON object. Single-threaded; stdout and stderr of each child go through pipes.
 * timeout: each run is ended by SIGTERM after that time; how late it was collected. */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { out, err, ended, watched };

struct job {
  pid_t pid;
  int fds[watched];
  int open;
  int enlarged;
};

static int epoll;
static int dev_null;
static int sink;
static int count_lines;
static uint64_t bytes_read;
static uint64_t lines_read;
static unsigned long bad_exits;
static char buffer[256 * 1024];

static void watch(struct job* job, int slot, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)(uintptr_t)job | (uint64_t)slot};
  job->fds[slot] = fd;
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void start(struct job* job, char** argv) {
  int pipes[2][2];
  for (int i = 0; i < 2; ++i) check(pipe2(pipes[i], O_CLOEXEC) == 0, "pipe2");
  job->pid = start_child(argv, (struct stdio){dev_null, pipes[out][1], pipes[err][1]}, 0);
  job->open = watched;
  job->enlarged = 0;
  for (int i = 0; i < 2; ++i) {
    close(pipes[i][1]);
    watch(job, i, pipes[i][0]);
  }
  watch(job, ended, open_pidfd(job->pid));
}

static void unwatch(struct job* job, int slot) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, job->fds[slot], NULL);
  close(job->fds[slot]);
  --job->open;
}

/* What nobody looks at is dropped in the kernel. */
static ssize_t take(const struct job* job, int slot) {
  if (job->enlarged && !count_lines) return splice(job->fds[slot], NULL, sink, NULL, 1024 * 1024, SPLICE_F_NONBLOCK);
  return read(job->fds[slot], buffer, sizeof buffer);
}

static void handle(struct job* job, int slot) {
  if (slot == ended) {
    int status = 0;
    struct rusage usage;
    check(wait4(job->pid, &status, WNOHANG, &usage) == job->pid, "wait4");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) ++bad_exits;
    unwatch(job, slot);
    return;
  }
  const ssize_t count = take(job, slot);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  check(count >= 0, "read");
  if (count == 0) {
    unwatch(job, slot);
    return;
  }
  if (count >= 32 * 1024 && !job->enlarged) {
    job->enlarged = 1;
    fcntl(job->fds[slot], F_SETPIPE_SZ, 1024 * 1024);
  }
  bytes_read += (uint64_t)count;
  if (!count_lines) return;
  const char* const end = buffer + count;
  for (const char* at = buffer; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; ++at) ++lines_read;
}

static int ascending(const void* a, const void* b) {
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return x < y ? -1 : x > y;
}

static void touch(size_t bytes) {
  char* host = malloc(bytes);
  check(host != NULL || bytes == 0, "malloc");
  for (size_t i = 0; i < bytes; i += 4096) ((volatile char*)host)[i] = 1;
}

/* Waits for the end of the process, until `deadline` at most. */
static int ends_by(int pidfd, uint64_t deadline) {
  const uint64_t now = now_ns();
  const uint64_t left = deadline > now ? deadline - now : 0;
  const struct timespec patience = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
  struct pollfd ended = {.fd = pidfd, .events = POLLIN};
  return ppoll(&ended, 1, &patience, NULL) == 1;
}

static double late_ms(uint64_t limit_ns, char** argv) {
  const uint64_t deadline = now_ns() + limit_ns;
  const pid_t pid = start_child(argv, (struct stdio){-1, -1, -1}, 0);
  const int pidfd = open_pidfd(pid);
  if (!ends_by(pidfd, deadline)) {
    check(kill(pid, SIGTERM) == 0, "kill");
    ends_by(pidfd, UINT64_MAX);
  }
  int status = 0;
  check(waitpid(pid, &status, 0) == pid, "waitpid");
  close(pidfd);
  if (!WIFSIGNALED(status)) ++bad_exits;
  return ((double)now_ns() - (double)deadline) / 1e6;
}

static int time_out(unsigned long runs, uint64_t limit_ns, char** argv) {
  double* late = calloc(runs, sizeof *late);
  check(late != NULL, "start");
  for (unsigned long i = 0; i < runs; ++i) late[i] = late_ms(limit_ns, argv);
  qsort(late, runs, sizeof *late, ascending);
  printf("{\"late_ms\":%.3f,\"runs\":%lu,\"bad_exits\":%lu}\n", late[runs / 2], runs, bad_exits);
  return 0;
}

int main(int argc, char** argv) {
  if (argc > 4 && strcmp(argv[1], "timeout") == 0)
    return time_out(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10) * 1000000u, argv + 4);
  if (argc < 6) return 2;
  const unsigned long runs = strtoul(argv[1], NULL, 10);
  const unsigned long width = strtoul(argv[2], NULL, 10);
  touch(strtoul(argv[3], NULL, 10));
  count_lines = atoi(argv[4]);
  struct job* jobs = calloc(width, sizeof *jobs);
  double* blocked_us = calloc(runs, sizeof *blocked_us);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  dev_null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
  check(jobs != NULL && blocked_us != NULL && epoll >= 0 && dev_null >= 0 && sink >= 0, "start");

  const uint64_t begin = now_ns();
  unsigned long started = 0;
  unsigned long done = 0;
  while (done < runs) {
    for (unsigned long i = 0; i < width && started < runs; ++i) {
      if (jobs[i].open > 0) continue;
      const uint64_t before = now_ns();
      start(&jobs[i], argv + 5);
      blocked_us[started++] = (double)(now_ns() - before) / 1000.0;
    }
    struct epoll_event events[64];
    const int ready = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < ready; ++i) {
      struct job* job = (struct job*)(uintptr_t)(events[i].data.u64 & ~(uint64_t)3);
      handle(job, (int)(events[i].data.u64 & 3));
      if (job->open == 0) ++done;
    }
  }
  const double wall_ms = (double)(now_ns() - begin) / 1e6;
  qsort(blocked_us, runs, sizeof *blocked_us, ascending);
  printf("{\"wall_ms\":%.3f,\"blocked_us\":%.2f,\"runs\":%lu,\"bad_exits\":%lu,\"bytes\":%llu,\"lines\":%llu}\n",
         wall_ms, blocked_us[runs / 2], runs, bad_exits, (unsigned long long)bytes_read,
         (unsigned long long)lines_read);
  return 0;
}
