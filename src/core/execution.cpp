#include "core/execution.hpp"

#include "core/os/signal_name.hpp"
#include "core/runtime.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace cloudops {
namespace {

/// An open line (a prompt, a progress bar, the last line of a stream that has ended) is delivered once nothing was
/// written for so long.
constexpr Milliseconds open_line_quiet{200};

}  // namespace

Execution::Execution(AcceptedRequest accepted, ExecutionContext& context, ExecutionOwner& owner)
    : accepted_(std::move(accepted)),
      context_(context),
      owner_(owner),
      command_(display(accepted_.request.command)),
      output_(accepted_.id, accepted_.launch.log_path, context.config, context.sink, context.delivery_total,
              context.system, context.file_writer ? &*context.file_writer : nullptr,
              [&owner, id = accepted_.id] { owner.resume_reading(id); }),
      stdout_(context.runtime.io(), context.system, context.runtime.read_buffer(), callbacks_of(OutputStream::out)),
      stderr_(context.runtime.io(), context.system, context.runtime.read_buffer(), callbacks_of(OutputStream::err)),
      deadline_(context.runtime.io()),
      retry_(context.runtime.io()),
      files_(context.runtime.io()),
      drain_(context.runtime.io()),
      quiet_(context.runtime.io()),
      disk_(context.runtime.io()) {
  auto& source = accepted_.request.stdin_source;
  if (has_stdin_pipe()) stdin_ = std::move(accepted_.stdin_pipe);
  if (auto* given = std::get_if<StdinData>(&source)) {
    stdin_ = std::make_unique<StdinFeed>(context.runtime.io(), context.system);
    // EPIPE: the child did not want all of it, which is its own business.
    stdin_->write(std::move(given->data), [this](int error) {
      if (error != EPIPE) stdin_error_ = error;
    });
    stdin_->close([](int) {});
  }
}

Execution::~Execution() {
  context_.terminator.forget(*this);
  context_.short_of_something.remove(this);
  watch_memory_no_more();
}

void Execution::terminate(TerminationCause cause, const StopLadder& ladder, const std::string& if_not_run) {
  if (ladder.front().signal == SIGKILL) patience_for_disk_ = shortest_wait_for_disk;
  if (settled_) return wait_for_disk();
  if (!settlement_.terminate(cause)) return context_.terminator.hasten(*this, ladder);
  if_not_run_ = if_not_run;
  if (!child_) return settle();
  context_.terminator.begin(*this, ladder);
}

void Execution::resume_reading() {
  if (output_.waits_for_a_file()) return;
  stdout_.resume();
  stderr_.resume();
}

PipeReader::Callbacks Execution::callbacks_of(OutputStream stream) {
  return {[this, stream](std::string_view bytes) { on_bytes(stream, bytes); },
          [this](int error) { on_pipe_end(error); }, [this, stream](std::size_t size) { on_counted(stream, size); }};
}

void Execution::on_bytes(OutputStream stream, std::string_view bytes) {
  // Its last line was written before these bytes.
  if (!reader(other(stream)).is_open()) output_.ended(other(stream));
  after_taking(stream, output_.take(stream, bytes));
  if (output_.only_counts()) count_only();
}

void Execution::on_counted(OutputStream stream, std::size_t size) { after_taking(stream, output_.count(stream, size)); }

void Execution::count_only() {
  if (!context_.sink_of_unwanted) {
    context_.sink_of_unwanted =
        above_stdio(UniqueFd(context_.system.open_at(AT_FDCWD, "/dev/null", O_WRONLY | O_CLOEXEC, 0)));
    // None to be had: they are read, and perhaps next time there is one.
    if (!context_.sink_of_unwanted) return;
  }
  stdout_.count_only(context_.sink_of_unwanted.get());
  stderr_.count_only(context_.sink_of_unwanted.get());
}

void Execution::after_taking(OutputStream stream, const ExecutionOutput::Taken& taken) {
  last_byte_ = written(stream) = context_.system.now();
  if (taken.hold_back) {
    stdout_.pause();
    stderr_.pause();
  }
  if (output_.waits_for_a_file()) wait_for_files();
  if (taken.over_limit)
    terminate(TerminationCause::output_limit, graceful_stop(Milliseconds(context_.config.kill_grace_period_ms)));
  // Armed once and re-aimed when it fires: a timer operation per read would cost more than the read.
  if (!quiet_.pending()) watch_for_quiet();
}

void Execution::wait_for_files() {
  if (files_.pending()) return;
  files_.start(files_pause_.next(), [this] {
    output_.try_files_again();
    if (output_.waits_for_a_file()) return wait_for_files();
    files_pause_.reset();
    resume_reading();
  });
}

bool Execution::has_open_line(OutputStream stream) {
  return reader(stream).is_open() ? output_.has_open_line(stream) : output_.awaits_end(stream);
}

void Execution::watch_for_quiet() {
  std::optional<SteadyTime> due;
  for (const auto stream : {OutputStream::out, OutputStream::err})
    if (has_open_line(stream)) due = std::min(due.value_or(SteadyTime::max()), written(stream) + open_line_quiet);
  if (!due) return;
  quiet_.start(std::max(*due - context_.system.now(), SteadyTime::duration::zero()), [this] {
    for (const auto stream : by_last_byte()) {
      if (!has_open_line(stream)) continue;
      // The rest of the line may wait in a pipe that we do not read for now, or have not come to: no silence of the
      // child's.
      if (reader(stream).has_waiting()) written(stream) = context_.system.now();
      if (context_.system.now() - written(stream) < open_line_quiet) continue;
      if (reader(stream).is_open())
        output_.deliver_open_line(stream);
      else
        output_.ended(stream);
    }
    watch_for_quiet();
  });
}

std::array<OutputStream, 2> Execution::by_last_byte() {
  using enum OutputStream;
  return written(err) < written(out) ? std::array{err, out} : std::array{out, err};
}

void Execution::watch_memory_no_more() {
  if (memory_place_) context_.memory_watch.remove(*memory_place_);
  memory_place_.reset();
}

void Execution::on_pipe_end(int error) {
  if (error != 0 && pipe_error_ == 0) pipe_error_ = error;
  // Its last line waits a little: both pipes end at once as a rule, and not in the order in which they were written to.
  if (!quiet_.pending()) watch_for_quiet();
  settlement_.pipe_ended();
  proceed();
}

void Execution::on_end() {
  watch_memory_no_more();
  last_byte_ = context_.system.now();
  // One with a mark shows whether the number is still its own.
  if (guard_ticket_ && tree_mark_ == 0) context_.guard->set_leader(*guard_ticket_, 0);
  if (stdin_) stdin_->abandon(EPIPE);
  // All that the process wrote is in the pipes by now; a descendant may go on writing to them.
  stdout_.drain();
  stderr_.drain();
  settlement_.exited();
  if (settlement_.cause()) context_.terminator.nudge();
  proceed();
}

void Execution::proceed() {
  if (settled_) return;
  if (settlement_.complete()) return settle();
  if (settlement_.waits_for_pipes_only() && !drain_.pending()) count_drain_grace();
}

void Execution::count_drain_grace() {
  const Milliseconds grace(context_.config.drain_grace_ms);
  const auto silent_for = context_.system.now() - last_byte_;
  drain_.start(std::max<SteadyTime::duration>(grace - silent_for, SteadyTime::duration::zero()), [this, grace] {
    // A cause that came meanwhile: its tree is to be empty first.
    if (!settlement_.waits_for_pipes_only()) return;
    // After a termination whoever still writes has left the tree, and may do so for ever: one grace is all it gets.
    const bool terminated = settlement_.cause().has_value();
    if (!terminated && (stdout_.holds_back() || stderr_.holds_back())) {
      last_byte_ = context_.system.now();
      return count_drain_grace();
    }
    // What was written in time may still be in the pipes. It may end them, or be too much.
    stdout_.drain();
    stderr_.drain();
    if (settled_ || !settlement_.waits_for_pipes_only()) return;
    if (!terminated && context_.system.now() - last_byte_ < grace) return count_drain_grace();
    settlement_.give_up_pipes();
    settle();
  });
}

TreeRoot Execution::tree_root() const { return {child_->pid(), tree_mark_, !child_->owns_pid()}; }

void Execution::signalled(int signal, SteadyTime at) {
  const auto since_start = std::chrono::duration_cast<Milliseconds>(at - started_);
  signals_.push_back({signal_name(signal), static_cast<std::uint64_t>(since_start.count())});
}

void Execution::tree_gone(std::vector<std::int32_t> survivors) {
  survivors_ = std::move(survivors);
  settlement_.tree_emptied();
  if (!settlement_.has_exited() && std::find(survivors_.begin(), survivors_.end(), child_->pid()) != survivors_.end()) {
    child_->reap_when_ended();
    owner_.keep_until_reaped(std::move(child_));
    exit_ = ProcessExit{Lost{}, {}};
    settlement_.exited();
  }
  proceed();
}

}  // namespace cloudops
