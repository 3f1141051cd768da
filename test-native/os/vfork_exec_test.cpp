#include "core/os/vfork_exec.hpp"

#include "core/os/system.hpp"

#include "os/forked_copy.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

using namespace cloudops;
using cloudops::test::in_forked_copy;

namespace {

struct Launch {
  std::vector<std::string> argv;
  std::string working_dir;
  std::vector<std::string> env{"PATH=/usr/bin:/bin"};
  int copy_below = 0;
};

struct Ran {
  ExecOutcome outcome;
  int status = 0;
  std::string output;
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> all;
  for (auto& text : strings) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Starts it, reads its output to the end and collects it. Uses nothing of Catch: it also runs in a forked copy.
Ran run(Launch launch) {
  PipeEnds out;
  real_system().pipe(out);
  const UniqueFd in(real_system().open_for_reading("/dev/null"));
  const auto argv = pointers(launch.argv);
  const auto envp = pointers(launch.env);
  ExecPlan plan;
  plan.executable = launch.argv[0].c_str();
  plan.argv = argv.data();
  plan.envp = envp.data();
  plan.working_dir = launch.working_dir.empty() ? nullptr : launch.working_dir.c_str();
  plan.stdin_fd = in.get();
  plan.stdout_fd = out.write_end.get();
  plan.stderr_fd = out.write_end.get();
  plan.copy_below = launch.copy_below;

  Ran ran;
  ran.outcome = vfork_exec(plan);
  out.write_end.reset();
  char buffer[4096];
  for (ssize_t size = 0; (size = ::read(out.read_end.get(), buffer, sizeof buffer)) > 0;)
    ran.output.append(buffer, static_cast<std::size_t>(size));
  if (ran.outcome.pid > 0) ::waitpid(ran.outcome.pid, &ran.status, 0);
  UniqueFd(ran.outcome.pidfd).reset();
  return ran;
}

std::vector<std::string> entries_of(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// "SigBlk" of /proc/<pid>/status and the like.
std::string line_of(const std::string& status, const std::string& name) {
  std::istringstream lines(status);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(name + ":\t", 0) == 0) return line.substr(name.size() + 2);
  return "(no " + name + ")";
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

}  // namespace

TEST_CASE("a child has descriptors 0, 1 and 2 and no other") {
  // One that would be inherited by an ordinary exec.
  const UniqueFd leaky(::open("/dev/null", O_RDONLY));
  REQUIRE(::fcntl(leaky.get(), F_GETFD) == 0);
  // 3 is ls's own, on the directory it lists.
  CHECK(run({{"/bin/ls", "/proc/self/fd"}, {}}).output == "0\n1\n2\n3\n");
}

TEST_CASE("a child that copies only the first descriptors leaves the host's as they are") {
  // Above what is copied, and inheritable.
  const UniqueFd high(::fcntl(0, F_DUPFD, 200));
  REQUIRE(high);
  const auto before = entries_of("/proc/self/fd");
  const auto ran = run({{"/bin/ls", "/proc/self/fd"}, {}, {"PATH=/usr/bin:/bin"}, 64});
  CHECK(ran.output == "0\n1\n2\n3\n");
  CHECK(entries_of("/proc/self/fd") == before);
  CHECK(::fcntl(high.get(), F_GETFD) == 0);
  // The numbers that were not copied are free in the child.
  CHECK(
      run({{"/bin/bash", "-c", "exec 63>&1 100>&1 200>&1; echo fine >&100"}, {}, {"PATH=/usr/bin:/bin"}, 64}).output ==
      "fine\n");
}

TEST_CASE("a failed start of a child that shares descriptors leaves the host's as they are") {
  const auto before = entries_of("/proc/self/fd");
  const auto ran = run({{"/nowhere/tool"}, {}, {}, 64});
  CHECK(ran.outcome.error == ENOENT);
  CHECK(entries_of("/proc/self/fd") == before);
}

TEST_CASE("a child has default signal dispositions and an empty signal mask, whatever the host has") {
  sigset_t blocked;
  sigset_t before;
  ::sigfillset(&blocked);
  ::sigprocmask(SIG_SETMASK, &blocked, &before);
  struct sigaction ignored {};
  struct sigaction old_usr1 {};
  struct sigaction old_real_time {};
  ignored.sa_handler = SIG_IGN;
  ::sigaction(SIGUSR1, &ignored, &old_usr1);
  ::sigaction(SIGRTMAX, &ignored, &old_real_time);
  const auto ran = run({{"/bin/cat", "/proc/self/status"}, {}});
  ::sigaction(SIGUSR1, &old_usr1, nullptr);
  ::sigaction(SIGRTMAX, &old_real_time, nullptr);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);

  const std::string none(16, '0');
  CHECK(line_of(ran.output, "SigBlk") == none);
  CHECK(line_of(ran.output, "SigIgn") == none);
  CHECK(line_of(ran.output, "SigCgt") == none);
}

TEST_CASE("starting a child leaves the host's own signal mask and handlers as they were") {
  sigset_t set;
  sigset_t before;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGUSR2);
  ::sigprocmask(SIG_SETMASK, &set, &before);
  struct sigaction ignored {};
  struct sigaction old {};
  ignored.sa_handler = SIG_IGN;
  ::sigaction(SIGUSR1, &ignored, &old);
  run({{"/bin/true"}, {}});
  sigset_t now;
  struct sigaction still {};
  ::sigprocmask(SIG_SETMASK, &before, &now);
  ::sigaction(SIGUSR1, &old, &still);
  CHECK(::sigismember(&now, SIGUSR2) == 1);
  CHECK(::sigismember(&now, SIGTERM) == 0);
  CHECK(still.sa_handler == SIG_IGN);
}

TEST_CASE("a child leads a process group of its own") {
  const auto ran = run({{"/bin/sh", "-c", "cut -d' ' -f5 /proc/$$/stat"}, {}});
  CHECK(ran.output == std::to_string(ran.outcome.pid) + "\n");
}

TEST_CASE("a child has its own arguments, environment and working directory") {
  Launch launch{{"/bin/sh", "-c", "pwd; echo \"$ONLY|$HOME|$1\"", "sh", "a b"}, "/usr", {"ONLY=this"}};
  CHECK(run(launch).output == "/usr\nthis||a b\n");
}

TEST_CASE("a pidfd that becomes readable when the child has ended is handed out, close-on-exec") {
  PipeEnds in;
  PipeEnds out;
  REQUIRE(real_system().pipe(in) == 0);
  REQUIRE(real_system().pipe(out) == 0);
  std::vector<std::string> words{"/bin/cat"};
  const auto argv = pointers(words);
  char* const no_env[] = {nullptr};
  ExecPlan plan;
  plan.executable = "/bin/cat";
  plan.argv = argv.data();
  plan.envp = no_env;
  plan.stdin_fd = in.read_end.get();
  plan.stdout_fd = out.write_end.get();
  plan.stderr_fd = out.write_end.get();
  const auto outcome = vfork_exec(plan);
  REQUIRE(outcome.error == 0);
  const UniqueFd pidfd(outcome.pidfd);
  CHECK((::fcntl(pidfd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  pollfd end{pidfd.get(), POLLIN, 0};
  CHECK(::poll(&end, 1, 0) == 0);
  in.write_end.reset();
  CHECK(::poll(&end, 1, 10'000) == 1);
  CHECK(::waitpid(outcome.pid, nullptr, 0) == outcome.pid);
}

TEST_CASE("what fails in the child is told with its errno and step, and the child is collected") {
  const auto failed = [](const Launch& launch, int error, const std::string& step) {
    const auto ran = run(launch);
    CHECK(ran.outcome.error == error);
    CHECK(ran.outcome.step == step);
    CHECK(ran.outcome.pid == -1);
    CHECK(ran.outcome.pidfd == -1);
    CHECK_FALSE(has_children());
  };
  failed({{"/nonexistent/program"}, {}}, ENOENT, "exec");
  failed({{"/etc/passwd"}, {}}, EACCES, "exec");
  failed({{"/"}, {}}, EACCES, "exec");
  failed({{"/bin/true"}, "/nonexistent"}, ENOENT, "chdir");
  failed({{"/bin/true"}, "/etc/passwd"}, ENOTDIR, "chdir");
  failed({{"/bin/echo", std::string(3'000'000, 'x')}, {}}, E2BIG, "exec");
}

TEST_CASE("a stdio descriptor that is not open is told as such") {
  std::vector<std::string> words{"/bin/true"};
  const auto argv = pointers(words);
  char* const no_env[] = {nullptr};
  ExecPlan plan;
  plan.executable = "/bin/true";
  plan.argv = argv.data();
  plan.envp = no_env;
  const auto outcome = vfork_exec(plan);
  CHECK(outcome.error == EBADF);
  CHECK(outcome.step == std::string("dup3"));
  CHECK_FALSE(has_children());
}

TEST_CASE("a host with its own 0, 1 and 2 closed can start children with working ones") {
  const int code = in_forked_copy([] {
    for (const int fd : {0, 1, 2}) ::close(fd);
    const auto ran = run({{"/bin/sh", "-c", "cat; echo out; echo err >&2"}, {}});
    if (ran.outcome.error != 0) return 1;
    if (ran.output != "out\nerr\n") return 2;
    return ran.status == 0 ? 0 : 3;
  });
  CHECK(code == 0);
}

TEST_CASE("descriptors that the system hands out are above 2 and close-on-exec") {
  const int code = in_forked_copy([] {
    for (const int fd : {0, 1, 2}) ::close(fd);
    System& system = real_system();
    PipeEnds ends;
    if (system.pipe(ends) != 0) return 1;
    const UniqueFd file(system.open_for_reading("/dev/null"));
    const UniqueFd copy(system.duplicate(file.get()));
    for (const int fd : {ends.read_end.get(), ends.write_end.get(), file.get(), copy.get()}) {
      if (fd < 3) return 2;
      if ((::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) return 3;
    }
    // And the three low ones are closed again, not leaked.
    for (const int fd : {0, 1, 2})
      if (::fcntl(fd, F_GETFD) != -1) return 4;
    return 0;
  });
  CHECK(code == 0);
}

TEST_CASE("opening for reading neither waits for a FIFO's writer nor leaves the descriptor non-blocking") {
  const std::string path = "/tmp/cloudops-fifo-" + std::to_string(::getpid());
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const UniqueFd fifo(real_system().open_for_reading(path.c_str()));
  ::unlink(path.c_str());
  REQUIRE(fifo.get() > 2);
  CHECK((::fcntl(fifo.get(), F_GETFL) & O_NONBLOCK) == 0);
  CHECK(real_system().open_for_reading("/nonexistent") == -ENOENT);
}
