#include "engine_fixture.hpp"
#include "faulty_system.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>

using namespace cloudops;
using namespace cloudops::test;

namespace {

const std::string pipe_stdin = R"("stdin":{"type":"pipe"})";

bool is_stdin_closed(const TestEngine::Done& answer) {
  return answer.has_error() && answer.error().code == ErrorCode::io && answer.error().errno_name == "EPIPE";
}

/// Lets a child that stops itself go on. It may not have stopped yet, and a SIGCONT too early would be lost.
void continue_until_answered(int pid, const std::future<TestEngine::Done>& answer) {
  for (int tries = 0; tries < 2000 && answer.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready;
       ++tries)
    ::kill(pid, SIGCONT);
  REQUIRE(answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
}

}  // namespace

TEST_CASE("without stdin a command reads nothing and waits for nobody") {
  TestEngine test;
  CHECK(test.run(shell("wc -c"))->out.kept == "0\n");
}

TEST_CASE("stdin data arrives to the byte, however much it is") {
  TestEngine test;
  const std::string data(300'000, 'x');
  CHECK(test.run(shell("wc -c", R"("stdin":{"type":"data","data":")" + data + "\"}"))->out.kept == "300000\n");
}

TEST_CASE("a command that does not want its stdin data is not held up by it, nor failed for it") {
  TestEngine test;
  const std::string data(300'000, 'x');
  const auto result = test.run(shell("exec <&-; echo enough", R"("stdin":{"type":"data","data":")" + data + "\"}"));
  CHECK(result->success());
  CHECK(result->out.kept == "enough\n");
  CHECK_FALSE(result->error.has_value());
}

TEST_CASE("a write is answered when the pipe has taken it, not before the child makes room") {
  TestEngine test;
  // The child stops itself: nothing is read until we let it go on.
  const auto id = test.start(shell("echo $$; kill -STOP $$; wc -c", pipe_stdin));
  const int pid = std::stoi(test.first_line(id));
  auto written = test.write_later(id, std::string(400'000, 'x'));
  auto behind = test.write_later(id, "y");
  // These were asked first: by the time of this answer they have been begun.
  test.stats();
  CHECK(written.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  CHECK(behind.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  continue_until_answered(pid, written);
  CHECK(written.get().has_value());
  CHECK(behind.get().has_value());
  CHECK(test.close_stdin(id).has_value());
  CHECK(test.finish(id)->out.kept == std::to_string(pid) + "\n400001\n");
}

TEST_CASE("a child that has closed its stdin fails the writes, and lives on") {
  TestEngine test;
  const auto id = test.start(shell("exec <&-; echo closed; exec sleep 1000", pipe_stdin));
  REQUIRE(test.first_line(id) == "closed");
  CHECK(is_stdin_closed(test.write(id, "x")));
  CHECK(is_stdin_closed(test.write(id, "x")));
  CHECK(test.close_stdin(id).has_value());
  CHECK(test.status(id).value() == ExecutionStatus::running);
  test.cancel(id);
  test.finish(id);
}

TEST_CASE("after the stdin was closed a write is refused, and closing again is not") {
  TestEngine test;
  const auto id = test.start(shell("cat; echo $$; kill -STOP $$", pipe_stdin));
  CHECK(test.write(id, "last").has_value());
  CHECK(test.close_stdin(id).has_value());
  CHECK(test.close_stdin(id).has_value());
  CHECK(is_stdin_closed(test.write(id, "late")));
  test.cancel(id);
  test.finish(id);
}

TEST_CASE("writes that wait when the child ends are answered") {
  TestEngine test;
  const auto id = test.start(shell("echo up; kill -STOP $$", pipe_stdin));
  REQUIRE(test.first_line(id) == "up");
  auto written = test.write_later(id, std::string(400'000, 'x'));
  test.cancel(id);
  CHECK(is_stdin_closed(written.get()));
  CHECK(test.finish(id)->status == ExecutionStatus::cancelled);
}

TEST_CASE("what is written before the start is read after it") {
  Config config;
  config.max_concurrent_executions = 1;
  config.concurrency_policy = ConcurrencyPolicy::queue;
  TestEngine test(config);
  const auto first = test.start(blocker());
  const auto waits = test.start(blocker());
  auto early = test.write_later(waits, "early");
  auto closed =
      TestEngine::ask_later<std::monostate>([&](auto answer) { test.engine.close_stdin(waits, std::move(answer)); });
  test.close_stdin(first);
  CHECK(early.get().has_value());
  CHECK(closed.get().has_value());
  CHECK(test.finish(waits)->out.kept == "early");
}

TEST_CASE("a write that waits for a start that never comes is answered NOT_RUNNING") {
  Config config;
  config.max_concurrent_executions = 1;
  config.concurrency_policy = ConcurrencyPolicy::queue;
  FaultySystem system({{Call::spawn, 2, EIO, 1}});
  TestEngine test(config, system);
  const auto first = test.start(blocker());
  REQUIRE(test.has_started(first));
  const auto cannot_start = test.start(blocker());
  const auto cancelled = test.start(blocker());
  const auto last = test.start(blocker());
  auto to_cancelled = test.write_later(cancelled, "x");
  auto to_cannot_start = test.write_later(cannot_start, "x");
  auto to_last = test.write_later(last, "x");
  test.cancel(cancelled);
  CHECK(to_cancelled.get().error().code == ErrorCode::not_running);
  CHECK(test.write(cancelled, "x").error().code == ErrorCode::not_running);
  test.close_stdin(first);
  CHECK(to_cannot_start.get().error().code == ErrorCode::not_running);
  CHECK(test.wait(cannot_start).value().error->code == ErrorCode::spawn_failed);
  // This one has its turn now.
  CHECK(to_last.get().has_value());
  test.close();
}

TEST_CASE("writing where there is no pipe says so") {
  TestEngine test;
  const auto id = test.start(shell("exec sleep 1000"));
  CHECK(test.write(id, "x").error().code == ErrorCode::validation);
  CHECK(test.close_stdin(id).error().code == ErrorCode::validation);
  test.cancel(id);
  test.finish(id);
  CHECK(test.write(id, "x").error().code == ErrorCode::not_running);
  CHECK(test.write(make_uuid(), "x").error().code == ErrorCode::not_found);
}

TEST_CASE("writes are answered when the command has ended, though a child of it holds its stdin") {
  Config config;
  config.drain_grace_ms = 600'000;
  TestEngine test(config);
  const auto id = test.start(shell("exec 3<&0; sleep 1000 <&3 & echo $$; kill -STOP $$", pipe_stdin));
  const int pid = std::stoi(test.first_line(id));
  auto written = test.write_later(id, std::string(400'000, 'x'));
  continue_until_answered(pid, written);
  CHECK(is_stdin_closed(written.get()));
  CHECK(test.status(id).value() == ExecutionStatus::running);
  test.cancel(id);
  test.finish(id);
}
