#pragma once

#include "core/event_sink.hpp"
#include "core/model/config.hpp"
#include "core/model/result.hpp"
#include "core/stream/capture.hpp"
#include "core/stream/delivery_credit.hpp"
#include "core/stream/line_splitter.hpp"
#include "core/stream/log_file.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cloudops {

/// Where the log of an execution goes, by configuration and request; absent: it has none.
std::optional<std::string> log_path_for(const Config& config, const std::optional<std::string>& own_path,
                                        const Uuid& id);

/// What becomes of one execution's output: captured up to the limit, beyond it dropped or put into a file, cut into
/// lines, logged, and handed to the event sink. Engine thread only; ends with its execution.
class ExecutionOutput {
 public:
  struct Taken {
    /// The output limit is passed and the strategy is to fail.
    bool over_limit = false;
    /// The consumer of the events has fallen behind: read no more until told to resume.
    bool hold_back = false;
  };

  /// `own_log_path`: the request's output_log_path. Config, sink and system outlive this.
  ExecutionOutput(const Uuid& id, std::optional<std::string> own_log_path, const Config& config, EventSink& sink,
                  std::shared_ptr<DeliveryTotal> total, System& system);

  /// Creates the log, if there is to be one. A failure is kept for the result.
  void open_log();

  Taken take(OutputStream stream, std::string_view bytes);
  /// How many bytes come is all that is of interest from now on: `count` will do in place of `take`.
  bool only_counts() const;
  Taken count(OutputStream stream, std::size_t size);
  /// End of that stream: its last line is complete.
  void ended(OutputStream stream);
  bool has_open_line(OutputStream stream) const;
  /// Delivers what the open line has so far as a partial piece.
  void deliver_open_line(OutputStream stream);

  std::string captured(OutputStream stream) const { return std::string(capture_.kept(stream)); }
  void flush_log();

  /// Ends everything and fills in the result's output, files and (where the result has none yet) error.
  void finish(ExecutionResult& result);

 private:
  struct Overflow {
    std::unique_ptr<FileSink> file;
    std::optional<std::string> error;
  };
  bool& ascii(OutputStream stream) { return ascii_[static_cast<std::size_t>(stream)]; }
  LineSplitter& splitter(OutputStream stream) { return splitters_[static_cast<std::size_t>(stream)]; }
  Overflow& overflow(OutputStream stream) { return overflows_[static_cast<std::size_t>(stream)]; }
  bool wants_lines() const { return config_.stream_output || log_ != nullptr; }
  OpenToOthers dir_policy() const;
  void spill(OutputStream stream, const BoundedCapture::Taken& taken);
  void deliver(OutputStream stream, OutputPiece&& piece);
  void hand_over(OutputStream stream, OutputPiece&& piece);
  void finish_overflow(OutputStream stream, std::optional<std::string>& path, std::string& warning,
                       ExecutionResult& result);

  const Uuid id_;
  const std::optional<std::string> own_log_path_;
  const Config& config_;
  EventSink& sink_;
  System& system_;
  std::shared_ptr<DeliveryCredit> credit_;
  BoundedCapture capture_;
  std::array<LineSplitter, 2> splitters_;
  /// Nothing of that stream was seen that is not ASCII. With lines wanted, their splitter sees all of it.
  std::array<bool, 2> ascii_{true, true};
  std::array<bool, 2> ended_{};
  std::array<Overflow, 2> overflows_;
  std::unique_ptr<LogFile> log_;
  std::optional<std::string> log_error_;
  std::uint64_t next_seq_ = 1;
  bool hold_back_ = false;
};

}  // namespace cloudops
