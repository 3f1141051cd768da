#include "core/execution.hpp"
#include "core/model/shortage.hpp"
#include "core/runtime.hpp"

#include <cerrno>
#include <utility>

namespace cloudops {
namespace {

/// So long before its end a tree is looked at, and for half of that: too short for much to change.
constexpr Milliseconds look_ahead{2};
constexpr Milliseconds worth_a_look_ahead{20};

/// What the system may have again in a moment. ETXTBSY: somebody was still writing the program (or a process being
/// started at this moment holds a descriptor of the writer).
bool may_pass(int error) { return is_shortage(error) || error == EAGAIN || error == ETXTBSY; }

}  // namespace

void Execution::start(WallTime now) {
  started_at_ = now;
  started_ = context_.system.now();
  await_deadline();
  try_to_start();
}

void Execution::await_deadline() {
  const auto at_the_end = [this] {
    terminate(TerminationCause::timeout, graceful_stop(Milliseconds(context_.config.kill_grace_period_ms)));
  };
  if (accepted_.timeout < worth_a_look_ahead) return deadline_.start(accepted_.timeout, at_the_end);
  const SteadyTime end = SteadyTime::clock::now() + accepted_.timeout;
  deadline_.start(accepted_.timeout - look_ahead, [this, end, at_the_end] {
    deadline_.start(end - SteadyTime::clock::now(), at_the_end);
    if (child_) context_.trees.look_ahead(tree_root(), look_ahead / 2);
  });
}

void Execution::try_again() {
  if (!retry_.pending()) return;
  retry_.cancel();
  try_to_start();
}

void Execution::try_to_start() {
  context_.short_of_something.remove(this);
  const LaunchFailure failure = spawn();
  if (failure.error == 0) return running();
  if (failure.ran || !may_pass(failure.error)) return settle_failed_start(failure);
  last_failure_ = failure;
  // Whoever waits holds nothing that others wait for.
  output_.release_log();
  context_.short_of_something.push_back(this);
  retry_.start(retry_pause_.next(), [this] { try_to_start(); });
}

LaunchFailure Execution::spawn() {
  if (const int error = output_.open_log(); error != 0) return {error, "open (of the log)"};
  PipeEnds out;
  PipeEnds err;
  UniqueFd child_stdin;
  if (const auto failure = open_stdio(out, err, child_stdin); failure.error != 0) return failure;
  const int spare = context_.system.duplicate(context_.dev_null.get());
  if (spare < 0) return {-spare, "dup"};
  UniqueFd stand_in(spare);
  UniqueFd pidfd;

  tree_mark_ = context_.trees.marks().next();
  // Before the child exists: the host may be killed at any moment.
  guard();
  LaunchFailure failure;
  const StdioFds stdio{child_stdin ? child_stdin.get() : context_.dev_null.get(), out.write_end.get(),
                       err.write_end.get()};
  const Launcher launch(context_.system, context_.runtime.time_slice_of_host_ns(),
                        context_.host_terminal.may_be_there());
  Process process = [&] {
    const StdioSlots::Loan slots(context_.stdio_slots, stdio, context_.dev_null.get());
    return launch(context_.runtime.io().get_executor(), failure, accepted_.launch, slots.stdio(), tree_mark_,
                  std::move(stand_in), pidfd);
  }();
  if (failure.error == 0) failure = watch(std::move(process), std::move(pidfd), out, err);
  if (failure.error != 0) unguard();
  return failure;
}

LaunchFailure Execution::open_stdio(PipeEnds& out, PipeEnds& err, UniqueFd& child_stdin) {
  if (!context_.dev_null) {
    const int fd = context_.system.open_for_reading("/dev/null");
    if (fd < 0) return {-fd, "open /dev/null"};
    context_.dev_null.reset(fd);
  }
  if (const int error = context_.system.pipe(out); error < 0) return {-error, "pipe2"};
  if (const int error = context_.system.pipe(err); error < 0) return {-error, "pipe2"};
  if (accepted_.launch.stdin_file) {
    const int fd = context_.system.open_for_reading(accepted_.launch.stdin_file->c_str());
    if (fd < 0) return {-fd, "open stdin"};
    child_stdin.reset(fd);
  } else if (stdin_) {
    PipeEnds in;
    if (const int error = context_.system.pipe(in); error < 0) return {-error, "pipe2"};
    child_stdin = std::move(in.read_end);
    stdin_fd_ = std::move(in.write_end);
  }
  return {};
}

LaunchFailure Execution::watch(Process process, UniqueFd pidfd, PipeEnds& out, PipeEnds& err) {
  // From here on a failure destroys child_, which kills and collects it.
  child_ = std::make_unique<ChildProcess>(context_.runtime.io(), context_.system, std::move(process), std::move(pidfd));
  settlement_.pipes_opened(2);
  int error = stdout_.open(std::move(out.read_end));
  if (error == 0) error = stderr_.open(std::move(err.read_end));
  if (error == 0) error = child_->async_wait([this] { on_end(); });
  if (error == 0 && stdin_) error = stdin_->open(std::move(stdin_fd_));
  if (error == 0) return {};
  stdout_.close();
  stderr_.close();
  const TreeRoot root = tree_root();
  kill_trees(context_.trees, {&root, 1});
  child_.reset();
  return {error, "epoll_ctl", true};
}

void Execution::running() {
  last_failure_.reset();
  last_byte_ = context_.system.now();
  if (guard_ticket_) context_.guard->set_leader(*guard_ticket_, child_->pid());
  memory_.begin(child_->pid());
  memory_place_ = context_.memory_watch.add(memory_);
  context_.sink.deliver(StartedEvent{accepted_.id, command_, wall_now()});
}

void Execution::guard() {
  if (context_.guard != nullptr) guard_ticket_ = context_.guard->watch(tree_mark_);
}

void Execution::unguard() {
  if (guard_ticket_) context_.guard->forget(*guard_ticket_);
  guard_ticket_.reset();
}

}  // namespace cloudops
