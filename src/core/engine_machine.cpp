#include "core/engine_machine.hpp"

#include "core/runtime.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace cloudops {

EngineMachine::EngineMachine(const Config& config, EventSink& sink, Runtime& runtime, System& system)
    : config_(config),
      system_(system),
      trees_(system),
      terminator_(runtime.io(), trees_, system),
      context_{runtime,
               system,
               config,
               sink,
               trees_,
               terminator_,
               nullptr,
               std::make_shared<DeliveryTotal>(),
               MemoryWatch(runtime.io())},
      cleanup_task_(runtime.io()),
      close_deadline_(runtime.io()) {
  // Not through the inbox, where it might be held. It is gone before the thread ends.
  context_.file_writer.emplace(
      [&runtime](FileWriter::FollowUp follow_up) { boost::asio::post(runtime.io(), std::move(follow_up)); });
}

void EngineMachine::prepare() {
  if (!std::exchange(prepared_, true)) terminator_.prepare();
  if ((guard_ && guard_->is_alive()) || system_.now() < next_guard_attempt_) return;
  const auto refused = start_guard();
  if (!refused) return;
  next_guard_attempt_ = system_.now() + std::chrono::seconds(1);
  if (!std::exchange(warned_, true)) context_.sink.warn(refused->message);
}

std::optional<Error> EngineMachine::start_guard() {
  const auto time_slice_ns = context_.runtime.time_slice_of_host_ns();
  // The same object: running executions hold tickets of it.
  if (guard_) return guard_->start_again(config_.temp_dir, time_slice_ns);
  auto guard = Guard::start(config_.temp_dir, time_slice_ns);
  if (!guard) return std::move(guard).error();
  guard_ = std::move(*guard);
  context_.guard = guard_.get();
  return std::nullopt;
}

void EngineMachine::retire() {
  cleanup_task_.cancel();
  context_.memory_watch.stop();
  context_.file_writer.reset();
  close_deadline_.cancel();
  for (auto& child : unreaped_) child->let_go();
  unreaped_.clear();
  context_.guard = nullptr;
  guard_.reset();
}

}  // namespace cloudops
