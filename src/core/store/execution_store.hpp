#pragma once

#include "core/model/config.hpp"
#include "core/model/result.hpp"
#include "core/store/dropped_output.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cloudops {

using WaitCallback = std::function<void(const Outcome&)>;

/// A record's state until the end. `since`: started, or accepted while it waits.
struct LiveExecution {
  ExecutionStatus status = ExecutionStatus::pending;
  WallTime since{};
  std::optional<ExecutionMetadata> metadata;
  std::vector<WaitCallback> waiters;
};

/// And from then on. What cleanup reads of each of thousands is here, so that it need not look into their results.
struct FinishedExecution {
  Outcome outcome;
  SteadyTime at;
  ExecutionStatus status;
  /// Bytes of output in memory.
  std::uint64_t kept;
  /// Its output left memory; set if the log may still hold it.
  std::optional<OutputFingerprint> dropped;
};

/// What an engine knows about every execution it accepted, until cleanup forgets it. Engine thread only.
///
/// A record is either live (it has waiters and a changing status) or finished (it has an outcome); it becomes finished
/// once. Statistics are kept as records change, never by scanning.
class ExecutionStore {
 public:
  explicit ExecutionStore(const Config& config) : config_(config) {}

  /// False: the id is known already.
  bool add(const Uuid& id, std::string command, std::optional<ExecutionMetadata> metadata, WallTime accepted_at);
  void mark_running(const Uuid& id, WallTime started_at);
  /// The waiters to be called, after the terminal event went out.
  std::vector<WaitCallback> finish(const Uuid& id, Outcome outcome, SteadyTime now);

  /// Drops the oldest outputs until what is kept together is within max_in_memory_output_bytes. `dropped` is called
  /// with each execution and the result that takes its result's place.
  void drop_outputs(const std::function<void(const Uuid&, const ResultPtr&)>& dropped);
  /// Of an execution whose output was dropped and may be in its log.
  const OutputFingerprint* dropped_output(const Uuid& id) const;

  bool contains(const Uuid& id) const { return places_.contains(id); }
  std::optional<ExecutionStatus> status(const Uuid& id) const;
  /// nullptr: unknown or not finished (see status).
  const Outcome* outcome(const Uuid& id) const;
  /// For a live execution; false: it is not live.
  bool add_waiter(const Uuid& id, WaitCallback waiter);
  /// In the order of acceptance, whatever waits, runs or has finished.
  std::vector<ExecutionSummary> list() const;
  const ExecutionStats& stats() const { return stats_; }

  /// Forgets and frees one finished execution. False: unknown or not finished.
  bool remove(const Uuid& id);
  /// Forgets at most `limit` finished executions that are too old, then those beyond the count; how many went.
  /// `forgotten` is called for each. Their memory stays until free_forgotten(), which takes longer than forgetting.
  std::size_t clean_up(SteadyTime now, std::size_t limit, const std::function<void(const Uuid&)>& forgotten);
  /// Frees what at most `limit` forgotten executions hold; false: that was all.
  bool free_forgotten(std::size_t limit);

 private:
  struct Record {
    Uuid id;
    /// How many had been accepted before it.
    std::uint64_t place;
    std::string command;
    std::variant<LiveExecution, FinishedExecution> state;
  };
  /// A record keeps its node for life and moves from list to list.
  using Records = std::list<Record>;

  std::uint64_t& counter(ExecutionStatus status);
  static ExecutionSummary summary_of(const Record& record);
  /// nullptr: unknown, or not finished.
  const FinishedExecution* finished(const Uuid& id) const;
  /// Moves a finished record to the forgotten ones.
  void forget(Records::iterator record);

  const Config& config_;
  Records live_;
  /// The oldest first.
  Records finished_;
  Records forgotten_;
  /// The live and the finished ones. Flat, because cleanup looks for thousands of them in a row.
  boost::unordered_flat_map<Uuid, Records::iterator, UuidHash> places_;
  /// The oldest finished one that may still have its output in memory.
  Records::iterator oldest_output_ = finished_.end();
  std::uint64_t output_bytes_ = 0;
  std::uint64_t accepted_ = 0;
  ExecutionStats stats_;
};

}  // namespace cloudops
