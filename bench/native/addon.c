/* The least that an addon for Node can do: a thread of its own that starts, reads and collects (vfork, pidfd, epoll),
 * asked through an eventfd, and one thread-safe function for the answers. No environment, directory, group, limit,
 * timeout, result or error; nothing is kept. What an engine does beyond that, it does for its users.
 *   run(argv, onChunk?) -> promise of the exit code
 *   onChunk(text): whole lines of stdout, ASCII
 *   configure(promised, log): before the first run. `promised`: the program is looked up, and each child gets what the
 *   engine promises (child.h). `log`: a file, or "", that the lines are written to. */
#define _GNU_SOURCE
#include "child.h"

#include <node_api.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { out, err, ended, watched };
enum { chunk_size = 64 * 1024, most_chunks = 64, most_arguments = 7, longest_look_ns = 200 * 1000 };

struct job {
  struct job* next;
  napi_deferred deferred;
  napi_ref on_chunk;
  char* argv[most_arguments + 1];
  pid_t pid;
  int fds[watched];
  int open;
  int status;
  /* What came after the last newline. */
  char* rest;
  size_t rest_size;
};

/* What is to be told to JavaScript: lines of a job, or its end (no text). */
struct news {
  struct news* next;
  struct job* job;
  size_t size;
  char text[];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t delivered = PTHREAD_COND_INITIALIZER;
static struct job* asked;
static struct job** asked_end = &asked;
/* The thread looks at `asked` by itself. */
static int looking;
static struct news* told;
static struct news** told_end = &told;
static unsigned chunks_told;

static int epoll;
static int doorbell;
static int dev_null;
static int promised;
static int log_file = -1;
static napi_threadsafe_function answer;
/* Its thread: jobs with a child. */
static unsigned running;
/* JavaScript thread: jobs that keep it alive. */
static unsigned under_way;

static void tell(struct news* news) {
  news->next = NULL;
  pthread_mutex_lock(&mutex);
  if (news->size > 0) {
    while (chunks_told == most_chunks) pthread_cond_wait(&delivered, &mutex);
    ++chunks_told;
  }
  const int first = told == NULL;
  *told_end = news;
  told_end = &news->next;
  pthread_mutex_unlock(&mutex);
  if (first) napi_call_threadsafe_function(answer, NULL, napi_tsfn_nonblocking);
}

static struct news* make_news(struct job* job, size_t size) {
  struct news* news = malloc(sizeof *news + size);
  check(news != NULL, "malloc");
  news->job = job;
  news->size = size;
  return news;
}

static void watch(struct job* job, int slot, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)(uintptr_t)job | (uint64_t)slot};
  job->fds[slot] = fd;
  check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void unwatch(struct job* job, int slot) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, job->fds[slot], NULL);
  close(job->fds[slot]);
  --job->open;
}

static void look_up(const char* program) {
  struct stat found;
  check(stat(program, &found) == 0 && S_ISREG(found.st_mode), program);
  check(faccessat(AT_FDCWD, program, X_OK, AT_EACCESS) == 0, program);
}

static pid_t start_as_promised(struct job* job, struct stdio stdio) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = start_child(job->argv, stdio, 1);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return pid;
}

static void start(struct job* job) {
  ++running;
  if (promised) look_up(job->argv[0]);
  int pipes[2][2];
  for (int i = 0; i < 2; ++i) check(pipe2(pipes[i], O_CLOEXEC) == 0, "pipe2");
  const struct stdio stdio = {dev_null, pipes[out][1], pipes[err][1]};
  job->pid = promised ? start_as_promised(job, stdio) : start_child(job->argv, stdio, 0);
  job->open = watched;
  for (int i = 0; i < 2; ++i) {
    close(pipes[i][1]);
    watch(job, i, pipes[i][0]);
  }
  watch(job, ended, open_pidfd(job->pid));
}

static void start_asked(void) {
  pthread_mutex_lock(&mutex);
  looking = 0;
  struct job* list = asked;
  asked = NULL;
  asked_end = &asked;
  pthread_mutex_unlock(&mutex);
  while (list != NULL) {
    struct job* job = list;
    list = job->next;
    start(job);
  }
}

static int anybody_asks(void) { return __atomic_load_n(&asked, __ATOMIC_ACQUIRE) != NULL; }

/* When nothing runs: who asks at once need not wake this thread. */
static void look_for_more(void) {
  pthread_mutex_lock(&mutex);
  looking = 1;
  pthread_mutex_unlock(&mutex);
  const uint64_t until = now_ns() + longest_look_ns;
  do {
    for (int i = 0; i < 16 && !anybody_asks(); ++i) sched_yield();
  } while (!anybody_asks() && now_ns() < until);
  start_asked();
}

static void answer_bell(void) {
  uint64_t rung = 0;
  check(read(doorbell, &rung, sizeof rung) == sizeof rung, "eventfd");
  start_asked();
}

static char log_block[chunk_size];
static size_t log_used;

static void flush_log(void) {
  check(write(log_file, log_block, log_used) == (ssize_t)log_used, "write");
  log_used = 0;
}

/* In whole blocks of the file, which costs the kernel the least. */
static void write_log(const char* bytes, size_t size) {
  while (size > 0) {
    const size_t part = size < chunk_size - log_used ? size : chunk_size - log_used;
    memcpy(log_block + log_used, bytes, part);
    bytes += part;
    size -= part;
    log_used += part;
    if (log_used == chunk_size) flush_log();
  }
}

static void take(struct job* job, int slot) {
  static char buffer[chunk_size];
  const ssize_t count = read(job->fds[slot], buffer, sizeof buffer);
  if (count < 0 && errno == EINTR) return;
  check(count >= 0, "read");
  if (count == 0) return unwatch(job, slot);
  if (slot != out || job->on_chunk == NULL) return;
  const char* const newline = memrchr(buffer, '\n', (size_t)count);
  check(newline != NULL, "a line of more than 64 KiB");
  const size_t whole = (size_t)(newline + 1 - buffer);
  struct news* news = make_news(job, job->rest_size + whole);
  memcpy(news->text, job->rest, job->rest_size);
  memcpy(news->text + job->rest_size, buffer, whole);
  if (log_file >= 0) write_log(news->text, news->size);
  job->rest_size = (size_t)(buffer + count - newline - 1);
  memcpy(job->rest, newline + 1, job->rest_size);
  tell(news);
}

static void handle(struct job* job, int slot) {
  if (slot == ended) {
    check(wait4(job->pid, &job->status, WNOHANG, NULL) == job->pid, "wait4");
    unwatch(job, ended);
  } else {
    take(job, slot);
  }
  if (job->open > 0) return;
  --running;
  if (log_file >= 0) flush_log();
  tell(make_news(job, 0));
}

static void* serve(void* unused) {
  (void)unused;
  for (;;) {
    struct epoll_event events[64];
    const int ready = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.u64 == 0)
        answer_bell();
      else
        handle((struct job*)(uintptr_t)(events[i].data.u64 & ~(uint64_t)3), (int)(events[i].data.u64 & 3));
    }
    if (running == 0) look_for_more();
  }
  return NULL;
}

static void settle(napi_env env, struct job* job) {
  napi_value exit_code;
  napi_create_int32(env, WIFEXITED(job->status) ? WEXITSTATUS(job->status) : -1, &exit_code);
  napi_resolve_deferred(env, job->deferred, exit_code);
  if (job->on_chunk != NULL) napi_delete_reference(env, job->on_chunk);
  for (char** argument = job->argv; *argument != NULL; ++argument) free(*argument);
  free(job->rest);
  free(job);
  if (--under_way == 0) napi_unref_threadsafe_function(env, answer);
}

static void hand_over(napi_env env, const struct news* news) {
  napi_value receiver;
  napi_value on_chunk;
  napi_value text;
  napi_get_undefined(env, &receiver);
  napi_get_reference_value(env, news->job->on_chunk, &on_chunk);
  napi_create_string_latin1(env, news->text, news->size, &text);
  napi_call_function(env, receiver, on_chunk, 1, &text, NULL);
}

static void deliver(napi_env env, napi_value unused, void* context, void* data) {
  (void)unused;
  (void)context;
  (void)data;
  pthread_mutex_lock(&mutex);
  struct news* list = told;
  told = NULL;
  told_end = &told;
  chunks_told = 0;
  pthread_cond_signal(&delivered);
  pthread_mutex_unlock(&mutex);
  while (list != NULL) {
    struct news* news = list;
    list = news->next;
    napi_handle_scope scope;
    napi_open_handle_scope(env, &scope);
    if (news->size == 0)
      settle(env, news->job);
    else
      hand_over(env, news);
    napi_close_handle_scope(env, scope);
    free(news);
  }
}

static char* text_of(napi_env env, napi_value value) {
  size_t size = 0;
  napi_get_value_string_utf8(env, value, NULL, 0, &size);
  char* text = malloc(size + 1);
  check(text != NULL, "malloc");
  napi_get_value_string_utf8(env, value, text, size + 1, &size);
  return text;
}

static napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  napi_get_cb_info(env, info, &argc, args, NULL, NULL);
  struct job* job = calloc(1, sizeof *job);
  check(job != NULL, "calloc");
  uint32_t count = 0;
  napi_get_array_length(env, args[0], &count);
  check(count <= most_arguments, "too many arguments");
  for (uint32_t i = 0; i < count; ++i) {
    napi_value argument;
    napi_get_element(env, args[0], i, &argument);
    job->argv[i] = text_of(env, argument);
  }
  if (argc > 1) {
    napi_create_reference(env, args[1], 1, &job->on_chunk);
    job->rest = malloc(chunk_size);
    check(job->rest != NULL, "malloc");
  }
  napi_value promise;
  napi_create_promise(env, &job->deferred, &promise);
  if (under_way++ == 0) napi_ref_threadsafe_function(env, answer);

  pthread_mutex_lock(&mutex);
  const int first = asked == NULL;
  const int seen = looking;
  *asked_end = job;
  asked_end = &job->next;
  pthread_mutex_unlock(&mutex);
  const uint64_t one = 1;
  if (first && !seen) check(write(doorbell, &one, sizeof one) == sizeof one, "eventfd");
  return promise;
}

static napi_value configure(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  bool wanted = false;
  napi_get_cb_info(env, info, &argc, args, NULL, NULL);
  napi_get_value_bool(env, args[0], &wanted);
  promised = wanted;
  char* path = text_of(env, args[1]);
  if (*path != '\0') {
    log_file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    check(log_file >= 0, path);
  }
  free(path);
  return NULL;
}

NAPI_MODULE_INIT() {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  doorbell = eventfd(0, EFD_CLOEXEC);
  dev_null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  struct epoll_event rung = {.events = EPOLLIN, .data.u64 = 0};
  check(epoll >= 0 && doorbell >= 0 && dev_null >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, doorbell, &rung) == 0, "epoll");
  napi_value name;
  napi_create_string_utf8(env, "floor", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, NULL, deliver, &answer);
  napi_unref_threadsafe_function(env, answer);
  pthread_t thread;
  check(pthread_create(&thread, NULL, serve, NULL) == 0, "pthread_create");
  napi_value function;
  napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, NULL, &function);
  napi_set_named_property(env, exports, "run", function);
  napi_create_function(env, "configure", NAPI_AUTO_LENGTH, configure, NULL, &function);
  napi_set_named_property(env, exports, "configure", function);
  return exports;
}
