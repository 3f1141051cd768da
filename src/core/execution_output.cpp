#include "core/execution_output.hpp"

#include "core/model/shortage.hpp"
#include "core/stream/byte_scan.hpp"
#include "core/stream/private_file.hpp"
#include "core/stream/utf8.hpp"

#include <algorithm>
#include <utility>

namespace cloudops {
namespace {

void report(ExecutionResult& result, const std::string& sentence) {
  if (!result.error)
    result.error = sentence;
  else
    *result.error += "; " + sentence;
}

/// So many lines are handed over together at most: between two chunks a consumer can turn to something else.
constexpr std::uint32_t most_lines = 1024;

/// Calls `sink` with the piece, or with its parts if it has more lines.
template <class Sink>
void in_parts(OutputPiece&& piece, Sink&& sink) {
  if (piece.line_count <= most_lines) return sink(std::move(piece));
  std::size_t begin = 0;
  for (std::uint32_t left = piece.line_count; left > 0;) {
    OutputPiece part;
    part.ascii = piece.ascii;
    part.lossy = piece.lossy;
    part.line_count = std::min(left, most_lines);
    left -= part.line_count;
    std::size_t end = piece.text.find('\n', begin);
    for (std::uint32_t line = 1; line < part.line_count; ++line) end = piece.text.find('\n', end + 1);
    part.text = piece.text.substr(begin, end - begin);
    begin = end + 1;
    sink(std::move(part));
  }
}

}  // namespace

std::optional<std::string> log_path_for(const Config& config, const std::optional<std::string>& own_path,
                                        const Uuid& id) {
  if (own_path) return own_path;
  if (!config.log_dir) return std::nullopt;
  return log_path_in(*config.log_dir, id);
}

ExecutionOutput::ExecutionOutput(const Uuid& id, std::optional<std::string> own_log_path, const Config& config,
                                 EventSink& sink, std::shared_ptr<DeliveryTotal> total, System& system,
                                 FileWriter* writer, std::function<void()> go_on)
    : id_(id),
      own_log_path_(std::move(own_log_path)),
      config_(config),
      sink_(sink),
      system_(system),
      writer_(writer),
      go_on_(std::move(go_on)),
      credit_(std::make_shared<DeliveryCredit>(std::move(total))),
      capture_(config.max_output_size_bytes, config.oversized_output_strategy) {}

ExecutionOutput::~ExecutionOutput() {
  for (const Wait& wait : waits_) *wait.done = nullptr;
}

WriteBehind ExecutionOutput::write_behind() { return {writer_, credit_, go_on_}; }

OpenToOthers ExecutionOutput::dir_policy() const {
  return !config_.log_dir || *config_.log_dir == default_log_dir(config_.temp_dir) ? OpenToOthers::tighten
                                                                                   : OpenToOthers::leave;
}

int ExecutionOutput::open_log() {
  if ((!own_log_path_ && !config_.log_dir) || log_ || log_error_) return 0;
  auto file =
      own_log_path_ ? open_log_at(*own_log_path_, system_) : open_log_in(*config_.log_dir, dir_policy(), id_, system_);
  if (file)
    log_ = std::make_unique<LogFile>(std::move(*file), system_, write_behind());
  else if (const int shortage = shortage_of(file.error()))
    return shortage;
  else
    log_error_ = file.error().message;
  return 0;
}

ExecutionOutput::Taken ExecutionOutput::take(OutputStream stream, std::string_view bytes) {
  const auto taken = capture_.take(stream, bytes);
  Taken outcome;
  if (!taken.rest.empty() || !taken.carried.empty()) {
    outcome.over_limit = config_.oversized_output_strategy == OversizedOutputStrategy::fail_execution;
    if (config_.oversized_output_strategy == OversizedOutputStrategy::stream_to_file) spill(stream, taken);
  }
  if (wants_lines())
    splitter(stream).feed(bytes, [this, stream](OutputPiece&& piece) { deliver(stream, std::move(piece)); });
  else  // now, while the bytes are in the processor's cache
    ascii(stream) = ascii(stream) && is_ascii(bytes.substr(0, taken.kept));
  outcome.hold_back = credit_->exhausted() || waits_for_a_file();
  return outcome;
}

bool ExecutionOutput::only_counts() const {
  return capture_.full() && !wants_lines() &&
         config_.oversized_output_strategy != OversizedOutputStrategy::stream_to_file;
}

ExecutionOutput::Taken ExecutionOutput::count(OutputStream stream, std::size_t size) {
  capture_.count(stream, size);
  return {config_.oversized_output_strategy == OversizedOutputStrategy::fail_execution, false};
}

void ExecutionOutput::spill(OutputStream stream, const BoundedCapture::Taken& taken) {
  auto& file = overflow(stream);
  if (!file) {
    const auto open = [this, stream] {
      const std::string dir = config_.log_dir.value_or(default_log_dir(config_.temp_dir));
      return open_overflow_in(dir, dir_policy(), id_, stream, system_);
    };
    file = std::make_unique<OverflowFile>(open, system_, write_behind());
  }
  file->write(taken.carried);
  file->write(taken.rest);
}

bool ExecutionOutput::waits_for_a_file() const {
  return std::any_of(overflows_.begin(), overflows_.end(), [](const auto& file) { return file && file->waits(); });
}

void ExecutionOutput::try_files_again() {
  for (const auto& file : overflows_)
    if (file && file->waits()) file->try_again();
}

void ExecutionOutput::deliver(OutputStream stream, OutputPiece&& piece) {
  ascii(stream) = ascii(stream) && piece.ascii;
  if (log_) log_->write(stream, piece);
  if (!config_.stream_output) return;
  in_parts(std::move(piece), [this, stream](OutputPiece&& part) { hand_over(stream, std::move(part)); });
}

void ExecutionOutput::hand_over(OutputStream stream, OutputPiece&& piece) {
  OutputChunk chunk;
  chunk.execution_id = id_;
  chunk.stream = stream;
  if (piece.ascii) chunk.newlines = newline_positions(piece.text, piece.line_count - 1);
  chunk.text = std::move(piece.text);
  chunk.first_seq = next_seq_;
  chunk.line_count = piece.line_count;
  chunk.partial = piece.partial;
  chunk.ascii = piece.ascii;
  chunk.timestamp = wall_now();
  chunk.credit = credit_;
  next_seq_ += piece.line_count;

  const std::size_t cost = chunk.cost();
  // Before it is handed over: the consumer, on another thread, may be done with it at once.
  credit_->add(cost);
  if (sink_.deliver(std::move(chunk)) && credit_->release(cost) && go_on_) go_on_();
}

void ExecutionOutput::ended(OutputStream stream) {
  if (std::exchange(ended_[static_cast<std::size_t>(stream)], true) || !wants_lines()) return;
  splitter(stream).finish([this, stream](OutputPiece&& piece) { deliver(stream, std::move(piece)); });
}

bool ExecutionOutput::awaits_end(OutputStream stream) const {
  const auto index = static_cast<std::size_t>(stream);
  return !ended_[index] && splitters_[index].is_unfinished();
}

bool ExecutionOutput::has_open_line(OutputStream stream) const {
  // Only events need it: a log gets each line when it is complete.
  return config_.stream_output && splitters_[static_cast<std::size_t>(stream)].has_open_line();
}

void ExecutionOutput::deliver_open_line(OutputStream stream) {
  splitter(stream).flush_open([this, stream](OutputPiece&& piece) { deliver(stream, std::move(piece)); });
}

FileSink::Done ExecutionOutput::wait_for(FileSink::Done done, std::function<void(const std::string&)> give_up) {
  std::erase_if(waits_, [](const Wait& wait) { return !*wait.done; });
  auto once = std::make_shared<FileSink::Done>(std::move(done));
  waits_.push_back({once, std::move(give_up)});
  return [once] {
    if (const auto call = std::exchange(*once, nullptr)) call();
  };
}

void ExecutionOutput::give_up_files(const std::string& why) {
  for (const Wait& wait : std::exchange(waits_, {})) {
    const auto call = std::exchange(*wait.done, nullptr);
    if (!call) continue;
    wait.give_up(why);
    call();
  }
}

void ExecutionOutput::flush_log(const FileSink::Done& done) {
  if (!log_) return done();
  log_->flush(wait_for(done, [](const std::string&) {}));
}

template <class File>
void ExecutionOutput::close_file(File* file, const FileSink::Done& done) {
  if (file == nullptr) return;
  ++open_files_;
  file->close(wait_for(done, [file](const std::string& why) { file->give_up(why); }));
}

void ExecutionOutput::close(const FileSink::Done& done) {
  ended(OutputStream::out);
  ended(OutputStream::err);
  const FileSink::Done closed = [this, done] {
    if (--open_files_ == 0) done();
  };
  open_files_ = 1;
  close_file(log_.get(), closed);
  for (const auto& overflow : overflows_) close_file(overflow.get(), closed);
  closed();
}

void ExecutionOutput::describe(ExecutionResult& result) {
  if (log_) {
    result.log_path = log_->path();
    if (log_->error()) report(result, "the log is not complete: " + *log_->error());
  } else if (log_error_) {
    report(result, "no log was written: " + *log_error_);
  }
  for (const auto stream : {OutputStream::out, OutputStream::err}) {
    describe_overflow(stream, result);
    result.of(stream).written = capture_.written(stream);
    result.of(stream).ascii = ascii(stream);
  }
  if (capture_.short_of_memory()) report(result, "not all of its output was kept: the host is short of memory");
  auto bytes = capture_.release();
  result.out.kept = std::move(bytes.out);
  result.err.kept = std::move(bytes.err);
}

void ExecutionOutput::describe_overflow(OutputStream stream, ExecutionResult& result) {
  if (!capture_.overflowed(stream)) return;
  if (const auto& file = overflow(stream)) {
    if (file->path() != nullptr) result.of(stream).overflow_file = *file->path();
    if (!file->error()) return;
    report(result, "the overflow file is not complete: " + *file->error());
  }
  result.output_truncated = true;
  if (config_.oversized_output_strategy != OversizedOutputStrategy::fail_execution)
    result.of(stream).warning = capture_.truncation_warning(stream);
}

}  // namespace cloudops
