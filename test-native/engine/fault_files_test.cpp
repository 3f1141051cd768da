#include "engine_fixture.hpp"
#include "faulty_system.hpp"
#include "host_state.hpp"
#include "stream/scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <atomic>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

using namespace cloudops;
using namespace cloudops::test;
using Catch::Matchers::Contains;

namespace {

const std::string everything = "one\ntwo\nthree\n";

bool is_about_files(Call call) { return call == Call::write_file || (call >= Call::open_at && call <= Call::close); }

/// Runs one command with that fault, whose output goes into a log and, from its fifth byte on, into an overflow file:
/// into directories that are not there yet, or over what earlier executions left. The first call that failed.
std::optional<Call> run_with_fault(std::uint64_t nth, int error, bool over_old_files) {
  const ScratchDir scratch;
  const Uuid id = make_uuid();
  Config config;
  config.temp_dir = scratch / "temp";
  config.log_dir = default_log_dir(config.temp_dir);
  config.max_output_size_bytes = 4;
  config.oversized_output_strategy = OversizedOutputStrategy::stream_to_file;
  const std::string log = *config.log_dir + "/" + to_string(id) + ".log";
  const std::string overflow = *config.log_dir + "/" + to_string(id) + ".stdout.overflow";
  if (over_old_files) {
    std::filesystem::create_directories(*config.log_dir);
    for (const auto& path : {log, overflow}) write_all(path, "old");
    for (const auto& path : {*config.log_dir, log}) REQUIRE(::chmod(path.c_str(), 0755) == 0);
  }

  FaultySystem system({{std::nullopt, nth, error}});
  Outcome outcome;
  {
    TestEngine test(config, system);
    outcome = test.wait(test.start(shell("printf 'one\\ntwo\\nthree\\n'", "\"id\":\"" + to_string(id) + "\""))).value();
    CHECK(test.slots_come_back());
  }
  if (!system.failed() || !is_about_files(*system.failed())) return system.failed();

  const ExecutionResult& result = *outcome.result;
  INFO("call " << nth << " (" << to_string(*system.failed()) << ") failed with " << errno_name(error) << ": "
               << to_string(result.status) << ", " << result.error.value_or("no error"));
  CHECK(result.status == ExecutionStatus::completed);
  CHECK(result.exit_code == 0);
  CHECK_FALSE(outcome.error.has_value());
  CHECK(result.out.written == everything.size());
  CHECK(result.out.kept == everything.substr(0, 4));

  // Either a file is whole or the result says that it is not, and of a file that is not there it names no path.
  const std::string told = result.error.value_or("");
  if (!result.log_path || read_all(log) != everything) CHECK_THAT(told, Contains("log"));
  if (result.log_path) CHECK(*result.log_path == log);
  const bool overflow_told = told.find("the overflow file is not complete") != std::string::npos;
  CHECK(result.output_truncated == overflow_told);
  CHECK(result.out.warning.empty() != overflow_told);
  if (!overflow_told) {
    REQUIRE(result.out.overflow_file == overflow);
    CHECK(read_all(overflow) == everything.substr(4));
  }
  // What the error did to a file is told, also by a close that brought all bytes to the disk.
  if (*system.failed() == Call::write_file || *system.failed() == Call::close)
    CHECK(result.error.has_value() == (error != EINTR));
  return system.failed();
}

/// Makes no overflow file the first so many times.
class NoOverflowFile final : public System {
 public:
  NoOverflowFile(int error, int times) : error_(error), left_(times) {}
  int open_at(int dir, const char* path, int flags, mode_t mode) override {
    const bool refused = std::string_view(path).ends_with(".overflow") && left_ > 0;
    if (refused) --left_;
    return refused ? -error_ : System::open_at(dir, path, flags, mode);
  }
  int left() const { return left_; }

 private:
  const int error_;
  std::atomic<int> left_;
};

Config overflowing_into(const std::string& dir) {
  Config config;
  config.log_dir = dir;
  config.max_output_size_bytes = 1'000;
  config.oversized_output_strategy = OversizedOutputStrategy::stream_to_file;
  return config;
}

}  // namespace

TEST_CASE("whatever call for a log or an overflow file fails, the command completes and its result says so") {
  { TestEngine().run(shell("true")); }
  const auto before = HostState::now();
  for (const bool over_old_files : {false, true}) {
    std::set<Call> failed;
    for (const int error : {EIO, ENOSPC, EMFILE, EINTR, ENOENT}) {
      // The first call beyond the last one that an execution makes finds nothing to fail.
      std::uint64_t nth = 1;
      while (const auto call = run_with_fault(nth, error, over_old_files)) {
        failed.insert(*call);
        ++nth;
      }
      CHECK(before.comes_back());
    }
    for (const Call call : {Call::open_at, Call::status_of, Call::write_file, Call::close})
      CHECK(failed.contains(call));
    CHECK(failed.contains(Call::make_directory) != over_old_files);
    for (const Call call : {Call::change_mode, Call::make_empty, Call::status_at, Call::unlink_at})
      CHECK(failed.contains(call) == over_old_files);
  }
}

TEST_CASE("an overflow file that cannot be made for want of descriptors is waited for, and holds every byte") {
  const ScratchDir scratch;
  const Config config = overflowing_into(scratch / "logs");
  // More than a pipe holds, or less: then the command has ended before the file is there.
  for (const std::string command : {"seq 1 100000; seq 1 300 >&2", "seq 1 300"}) {
    for (const int error : {EMFILE, ENFILE, ENOMEM}) {
      NoOverflowFile system(error, 6);
      TestEngine test(config, system);
      const auto result = test.run(shell(command));
      INFO(command << ", " << errno_name(error) << ": " << result->error.value_or("no error"));
      CHECK(result->success());
      CHECK_FALSE(result->error.has_value());
      CHECK_FALSE(result->output_truncated);
      CHECK(system.left() == 0);
      for (const auto& stream : {result->out, result->err}) {
        const std::string rest = stream.overflow_file ? read_all(*stream.overflow_file) : std::string();
        CHECK(stream.kept.size() + rest.size() == stream.written);
      }
      REQUIRE(result->out.overflow_file.has_value());
      const std::string all = std::string(result->out.kept) + read_all(*result->out.overflow_file);
      CHECK(all.ends_with(command == "seq 1 300" ? "\n299\n300\n" : "\n99999\n100000\n"));
    }
  }
}

TEST_CASE("an overflow file that can never be made holds its command back, and the end of both is told") {
  const ScratchDir scratch;
  NoOverflowFile system(EMFILE, std::numeric_limits<int>::max());
  TestEngine test(overflowing_into(scratch / "logs"), system);
  const Uuid id = test.start(shell("exec yes"));
  REQUIRE(eventually([&] { return system.left() < std::numeric_limits<int>::max() - 3; }));
  CHECK(test.output(id, OutputStream::out).value().size() == 1'000);
  REQUIRE(test.close({CloseMode::cancel, Milliseconds(1)}).has_value());
  const auto result = test.finish(id);
  CHECK(result->status == ExecutionStatus::cancelled);
  CHECK(result->output_truncated);
  CHECK_FALSE(result->out.overflow_file.has_value());
  CHECK_THAT(result->error.value_or(""), Contains("the overflow file is not complete") && Contains("EMFILE"));
  // It was held back by its pipe.
  CHECK(result->out.written < 8'000'000);
}

TEST_CASE("a disk that is full for good costs the files, not the command") {
  const ScratchDir scratch;
  Config config;
  config.log_dir = scratch / "logs";
  config.max_output_size_bytes = 1'000;
  config.oversized_output_strategy = OversizedOutputStrategy::stream_to_file;
  FaultySystem system({{Call::write_file, 1, ENOSPC, std::numeric_limits<std::uint64_t>::max()}});
  TestEngine test(config, system);
  const auto result = test.run(shell("seq 1 100000; seq 1 1000 >&2; exit 3"));
  CHECK(result->status == ExecutionStatus::failed);
  CHECK(result->exit_code == 3);
  REQUIRE(result->error.has_value());
  CHECK_THAT(*result->error, Contains("exited with code 3") && Contains("the log is not complete") &&
                                 Contains("the overflow file is not complete") && Contains("ENOSPC"));
  CHECK(result->output_truncated);
  // A file that failed once is not tried again: the log and one overflow file per stream.
  CHECK(system.failures() == 3);
}
