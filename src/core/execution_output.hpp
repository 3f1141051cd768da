#pragma once

#include "core/event_sink.hpp"
#include "core/model/config.hpp"
#include "core/model/result.hpp"
#include "core/stream/capture.hpp"
#include "core/stream/delivery_credit.hpp"
#include "core/stream/line_splitter.hpp"
#include "core/stream/log_file.hpp"
#include "core/stream/overflow_file.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloudops {

/// Where the log of an execution goes, by configuration and request; absent: it has none.
std::optional<std::string> log_path_for(const Config& config, const std::optional<std::string>& own_path,
                                        const Uuid& id);

/// What becomes of one execution's output: captured up to the limit, beyond it dropped or put into a file, cut into
/// lines, logged, and handed to the event sink. Engine thread only; ends with its execution. Files that take more than
/// a block are written by the FileWriter's thread.
class ExecutionOutput {
 public:
  struct Taken {
    /// The output limit is passed and the strategy is to fail.
    bool over_limit = false;
    /// The consumer of the events, or the disk, has fallen behind, or waits_for_a_file(): read no more until told to
    /// resume.
    bool hold_back = false;
  };

  /// `own_log_path`: the request's output_log_path. Config, sink, system and writer outlive this. Without a writer all
  /// files are written by the engine thread. `go_on`: after a hold_back, reading may go on; engine thread, at any
  /// time, even when this is gone.
  ExecutionOutput(const Uuid& id, std::optional<std::string> own_log_path, const Config& config, EventSink& sink,
                  std::shared_ptr<DeliveryTotal> total, System& system, FileWriter* writer = nullptr,
                  std::function<void()> go_on = {});
  ~ExecutionOutput();

  /// Creates the log, if there is to be one and it has not been tried. A failure is kept for the result, but for a
  /// shortage that may pass (EMFILE, ENFILE, ENOMEM): its errno, to try again. 0 otherwise.
  int open_log();

  /// Gives back the log's descriptor; open_log() takes it again. Before anything was taken.
  void release_log() { log_.reset(); }

  Taken take(OutputStream stream, std::string_view bytes);
  /// How many bytes come is all that is of interest from now on: `count` will do in place of `take`.
  bool only_counts() const;
  Taken count(OutputStream stream, std::size_t size);
  /// What came for an overflow file is kept until there is a descriptor for it: try_files_again(), also after close().
  bool waits_for_a_file() const;
  void try_files_again();
  /// End of that stream: its last line is complete.
  void ended(OutputStream stream);
  /// The end of that stream would complete a line.
  bool awaits_end(OutputStream stream) const;
  bool has_open_line(OutputStream stream) const;
  /// Delivers what the open line has so far as a partial piece.
  void deliver_open_line(OutputStream stream);

  std::string captured(OutputStream stream) const { return std::string(capture_.kept(stream)); }
  /// `done` is called when what is logged so far is in the file: during the call, or later on the engine thread.
  void flush_log(const FileSink::Done& done);

  /// Ends all lines and closes all files; `done` as for flush_log().
  void close(const FileSink::Done& done);
  /// A disk that does not take them is not waited for any longer: whatever waits for it is told that it is done.
  void give_up_files(const std::string& why);
  /// After close() is done: fills in the result's output, files and error.
  void describe(ExecutionResult& result);

 private:
  /// What waits for a file.
  struct Wait {
    /// Empty when it has been called.
    std::shared_ptr<FileSink::Done> done;
    std::function<void(const std::string& why)> give_up;
  };
  bool& ascii(OutputStream stream) { return ascii_[static_cast<std::size_t>(stream)]; }
  LineSplitter& splitter(OutputStream stream) { return splitters_[static_cast<std::size_t>(stream)]; }
  std::unique_ptr<OverflowFile>& overflow(OutputStream stream) { return overflows_[static_cast<std::size_t>(stream)]; }
  bool wants_lines() const { return config_.stream_output || log_ != nullptr; }
  OpenToOthers dir_policy() const;
  void spill(OutputStream stream, const BoundedCapture::Taken& taken);
  void deliver(OutputStream stream, OutputPiece&& piece);
  void hand_over(OutputStream stream, OutputPiece&& piece);
  WriteBehind write_behind();
  FileSink::Done wait_for(FileSink::Done done, std::function<void(const std::string&)> give_up);
  template <class File>
  void close_file(File* file, const FileSink::Done& done);
  void describe_overflow(OutputStream stream, ExecutionResult& result);

  const Uuid id_;
  const std::optional<std::string> own_log_path_;
  const Config& config_;
  EventSink& sink_;
  System& system_;
  FileWriter* const writer_;
  const std::function<void()> go_on_;
  /// For all that is under way, to the consumer of the events and to the disk.
  std::shared_ptr<DeliveryCredit> credit_;
  BoundedCapture capture_;
  std::array<LineSplitter, 2> splitters_;
  /// Nothing of that stream was seen that is not ASCII. With lines wanted, their splitter sees all of it.
  std::array<bool, 2> ascii_{true, true};
  std::array<bool, 2> ended_{};
  std::array<std::unique_ptr<OverflowFile>, 2> overflows_;
  std::unique_ptr<LogFile> log_;
  std::optional<std::string> log_error_;
  std::vector<Wait> waits_;
  int open_files_ = 0;
  std::uint64_t next_seq_ = 1;
};

}  // namespace cloudops
