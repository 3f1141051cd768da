#pragma once

#include "core/back_off.hpp"
#include "core/execution_output.hpp"
#include "core/memory_watch.hpp"
#include "core/model/launch_spec.hpp"
#include "core/model/result.hpp"
#include "core/settle/settlement.hpp"
#include "core/settle/stop_ladder.hpp"
#include "core/spawn/child_process.hpp"
#include "core/spawn/guard.hpp"
#include "core/spawn/host_terminal.hpp"
#include "core/spawn/stdio_slots.hpp"
#include "core/stream/pipe_reader.hpp"
#include "core/stream/stdin_feed.hpp"
#include "core/terminator.hpp"
#include "core/timer.hpp"

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cloudops {

class Execution;
class Runtime;

/// What all executions of an engine share. Outlives them; engine thread only.
struct ExecutionContext {
  Runtime& runtime;
  System& system;
  const Config& config;
  EventSink& sink;
  ProcessTrees& trees;
  Terminator& terminator;
  /// nullptr: before the first start, after the engine has retired, or where this machine does not allow one.
  Guard* guard = nullptr;
  std::shared_ptr<DeliveryTotal> delivery_total;
  MemoryWatch memory_watch;
  /// /dev/null for reading, opened by the first child that is started.
  UniqueFd dev_null = {};
  StdioSlots stdio_slots = {};
  HostTerminal host_terminal = {};
  /// /dev/null for writing, opened by the first output that is only counted.
  UniqueFd sink_of_unwanted = {};
  /// Those that wait to be started because the system is short of something, the first first.
  std::list<Execution*> short_of_something = {};
  /// Files that are large are written there.
  std::optional<FileWriter> file_writer = {};
};

/// Who owns executions and hears of their end.
class ExecutionOwner {
 public:
  virtual ~ExecutionOwner() = default;
  /// Once per execution, its last call. The execution may be destroyed, but not before this returns.
  virtual void settled(Execution& execution, Outcome outcome) = 0;
  /// A disk has caught up with that execution, which may be gone.
  virtual void resume_reading(const Uuid& id) = 0;
  /// A child that the system does not let go: collected whenever it ends.
  virtual void keep_until_reaped(std::unique_ptr<ChildProcess> child) = 0;
};

/// A request that passed validation, with all that the file system had to say.
struct AcceptedRequest {
  Uuid id{};
  ExecutionRequest request;
  LaunchSpec launch;
  Milliseconds timeout{0};
  /// Of one whose stdin is a pipe: it can be written to before its turn has come.
  std::unique_ptr<StdinFeed> stdin_pipe;
};

/// One command's life: start (with back-off while the system is short of something), stream, wait, settle.
///
/// Engine thread only. Lives from acceptance until it has settled; the result outlives it.
class Execution final : private Terminator::Target {
 public:
  Execution(AcceptedRequest accepted, ExecutionContext& context, ExecutionOwner& owner);
  ~Execution() override;

  const Uuid& id() const { return accepted_.id; }
  const std::string& command() const { return command_; }
  /// nullptr: stdin of this execution is not a pipe.
  StdinFeed* stdin_pipe() { return has_stdin_pipe() ? stdin_.get() : nullptr; }

  /// It has a slot: the clock of its timeout starts here.
  void start(WallTime now);
  /// Something of what it may have waited for has become free.
  void try_again();
  /// Ends it for this cause, unless another cause came first. Before start() it settles at once, with `if_not_run`,
  /// when that says something, as the result's error.
  void terminate(TerminationCause cause, const StopLadder& ladder, const std::string& if_not_run = {});
  /// The consumer of the events, or the disk, has caught up.
  void resume_reading();
  /// The bytes of that stream that are kept so far.
  std::string captured(OutputStream stream) const { return output_.captured(stream); }
  /// `done` is called when what is logged so far is in the file, now or later.
  void flush_log(const FileSink::Done& done) { output_.flush_log(done); }

 private:
  // execution_start.cpp
  void await_deadline();
  void try_to_start();
  LaunchFailure spawn();
  LaunchFailure open_stdio(PipeEnds& out, PipeEnds& err, UniqueFd& child_stdin);
  LaunchFailure watch(Process process, UniqueFd pidfd, PipeEnds& out, PipeEnds& err);
  void running();
  void guard();
  void unguard();
  bool has_stdin_pipe() const { return std::holds_alternative<StdinPipe>(accepted_.request.stdin_source); }

  // execution.cpp
  PipeReader::Callbacks callbacks_of(OutputStream stream);
  void on_bytes(OutputStream stream, std::string_view bytes);
  void on_counted(OutputStream stream, std::size_t size);
  void after_taking(OutputStream stream, const ExecutionOutput::Taken& taken);
  void wait_for_files();
  void count_only();
  void on_pipe_end(int error);
  void on_end();
  /// A line that is to be delivered once its stream has been silent for a while.
  bool has_open_line(OutputStream stream);
  void watch_for_quiet();
  /// The stream first whose last byte was read first.
  std::array<OutputStream, 2> by_last_byte();
  SteadyTime& written(OutputStream stream) { return written_[static_cast<std::size_t>(stream)]; }
  void watch_memory_no_more();
  void proceed();
  void count_drain_grace();
  PipeReader& reader(OutputStream stream) { return stream == OutputStream::out ? stdout_ : stderr_; }

  // Terminator::Target
  TreeRoot tree_root() const override;
  void signalled(int signal, SteadyTime at) override;
  void tree_gone(std::vector<std::int32_t> survivors) override;

  // execution_settle.cpp
  /// There was a process: not one that has waited for a slot only, or for what the system was short of.
  bool was_run() const { return child_ || exit_; }
  void settle();
  void settle_failed_start(const LaunchFailure& failure);
  void finish(ExecutionResult result, std::optional<Error> error);
  void wait_for_disk();
  void tell();
  ExecutionResult describe_end();
  void describe_exit(ExecutionResult& result) const;
  std::string describe_cause(TerminationCause cause) const;

  AcceptedRequest accepted_;
  ExecutionContext& context_;
  ExecutionOwner& owner_;
  std::string command_;
  std::uint64_t tree_mark_ = 0;
  /// While the guard watches over this tree.
  std::optional<Guard::Ticket> guard_ticket_;
  std::optional<WallTime> started_at_;
  SteadyTime started_{};
  /// When a byte was last read; the exit counts as one, so that descendants get the whole grace.
  SteadyTime last_byte_{};
  /// When a byte of that stream was last read.
  std::array<SteadyTime, 2> written_{};

  ExecutionOutput output_;
  PipeReader stdout_;
  PipeReader stderr_;
  std::unique_ptr<StdinFeed> stdin_;
  /// The write end between its making and the child's start.
  UniqueFd stdin_fd_;
  std::unique_ptr<ChildProcess> child_;
  MemoryProbe memory_;
  std::optional<MemoryWatch::Place> memory_place_;

  Settlement settlement_;
  /// The result's error should it end before start().
  std::string if_not_run_;
  std::optional<ProcessExit> exit_;
  std::optional<LaunchFailure> last_failure_;
  std::vector<SentSignal> signals_;
  std::vector<std::int32_t> survivors_;
  int pipe_error_ = 0;
  /// Why the request's stdin data did not reach the child.
  int stdin_error_ = 0;
  /// All is decided; what is missing are files.
  bool settled_ = false;
  struct Ending {
    ExecutionResult result;
    std::optional<Error> error;
  };
  std::optional<Ending> ending_;
  static constexpr Milliseconds longest_wait_for_disk{10'000};
  /// When all is to end at once.
  static constexpr Milliseconds shortest_wait_for_disk{100};
  /// When its disk has taken nothing for so long, what is not written yet counts as lost.
  Milliseconds patience_for_disk_ = longest_wait_for_disk;

  BackOff retry_pause_;
  BackOff files_pause_;
  Timer deadline_;
  Timer retry_;
  Timer files_;
  Timer drain_;
  Timer quiet_;
  Timer disk_;
};

}  // namespace cloudops
