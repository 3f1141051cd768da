#include "core/spawn/launcher.hpp"

#include "core/spawn/tree_marks.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace cloudops {
namespace {

std::vector<char*> c_strings(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  // exec promises not to change them; its signature is older than const.
  for (const auto& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Process Launcher::operator()(const boost::asio::any_io_executor& executor, LaunchFailure& failure,
                             const LaunchSpec& spec, const StdioFds& stdio, std::uint64_t tree_mark, UniqueFd stand_in,
                             UniqueFd& pidfd) const {
  const auto argv = c_strings(spec.argv);
  auto envp = spec.env.c_strings();
  envp.push_back(nullptr);
  ExecPlan plan;
  plan.executable = spec.executable.c_str();
  plan.argv = argv.data();
  plan.envp = const_cast<char* const*>(envp.data());
  plan.working_dir = spec.working_dir.empty() ? nullptr : spec.working_dir.c_str();
  plan.stdin_fd = stdio.in;
  plan.stdout_fd = stdio.out;
  plan.stderr_fd = stdio.err;
  plan.copy_below = stdio.copy_below;
  plan.has_terminal = has_terminal_;
  plan.time_slice_ns = time_slice_ns_;
  rlimit rttime_limit{};
  if (tree_mark != 0 && ::getrlimit(RLIMIT_RTTIME, &rttime_limit) == 0) {
    rttime_limit = marked_limits(rttime_limit, tree_mark);
    plan.rttime_limit = &rttime_limit;
  }

  const ExecOutcome outcome = system_.spawn(plan);
  failure = {outcome.error, outcome.step};
  if (outcome.error != 0) return Process(executor);
  pidfd.reset(outcome.pidfd);
  if (!pidfd) {
    failure = {-outcome.pidfd, "pidfd_open", true};
    ::kill(-outcome.pid, SIGKILL);
  }
  try {
    Process process(executor, outcome.pid, stand_in.get());
    stand_in.release();
    // Destroying it here kills and collects the child, which nobody could have watched.
    return failure.error == 0 ? std::move(process) : Process(executor);
  } catch (const boost::system::system_error& refused) {
    // No room in epoll (max_user_watches), had it any use for it. The handle never came to be, so the child is still
    // ours to end.
    ::kill(-outcome.pid, SIGKILL);
    ::waitpid(outcome.pid, nullptr, 0);
    failure = {refused.code().value(), "epoll_ctl", true};
    return Process(executor);
  }
}

}  // namespace cloudops
