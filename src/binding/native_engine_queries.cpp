#include "binding/arguments.hpp"
#include "binding/native_engine.hpp"
#include "binding/native_engine_promise.hpp"
#include "binding/read_log_worker.hpp"
#include "binding/to_js.hpp"

#include <utility>

namespace cloudops::binding {

Napi::Value NativeEngine::status(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<ExecutionStatus>(
      info.Env(), [&](auto answer) { engine_->status(*id, std::move(answer)); },
      [](Napi::Env js, ExecutionStatus status) { return ascii_to_js(js, to_string(status)); });
}

Napi::Value NativeEngine::result(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<ResultPtr>(
      info.Env(), [&](auto answer) { engine_->result(*id, std::move(answer)); },
      [this](Napi::Env js, const ResultPtr& result) { return hooks_->result(js, result); });
}

Napi::Value NativeEngine::current_result(const Napi::CallbackInfo& info) {
  const ResultPtr result = hooks_->current_result();
  return result ? hooks_->result(info.Env(), result) : info.Env().Undefined();
}

Napi::Value NativeEngine::list(const Napi::CallbackInfo& info) {
  return promise<std::vector<ExecutionSummary>>(
      info.Env(), [&](auto answer) { engine_->list(std::move(answer)); },
      [this](Napi::Env js, const std::vector<ExecutionSummary>& all) { return to_js(hooks_->realm(js), all); });
}

Napi::Value NativeEngine::stats(const Napi::CallbackInfo& info) {
  return promise<ExecutionStats>(
      info.Env(), [&](auto answer) { engine_->stats(std::move(answer)); },
      [this](Napi::Env js, const ExecutionStats& stats) { return to_js(hooks_->realm(js), stats); });
}

Napi::Value NativeEngine::concurrency(const Napi::CallbackInfo& info) {
  return promise<ConcurrencyMetrics>(
      info.Env(), [&](auto answer) { engine_->concurrency(std::move(answer)); },
      [this](Napi::Env js, const ConcurrencyMetrics& metrics) { return to_js(hooks_->realm(js), metrics); });
}

Napi::Value NativeEngine::read_logs(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<std::string>(
      info.Env(), [&](auto answer) { engine_->log_file(*id, std::move(answer)); },
      [this, id = *id](Napi::Env js, const std::string& path) {
        // A promise within the promise: the file is read on a thread of Node's pool. It needs this object until its
        // end.
        pending_began();
        const auto make_error = [this, id](Napi::Env then, Error error) {
          error.execution_id = id;
          return hooks_->make_error(then, error);
        };
        return ReadLogWorker::read(js, path, make_error, [this] { pending_ended(); });
      });
}

Napi::Value NativeEngine::log_path(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  auto path = id ? engine_->log_path(*id) : Expected<std::string>(id.error());
  if (path) return to_js(info.Env(), std::string_view(*path));
  napi_throw(info.Env(), hooks_->make_error(info.Env(), path.error()));
  return {};
}

Napi::Value NativeEngine::read_output(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  const auto stream = stream_argument(info, 1);
  if (!stream) return rejected(info.Env(), stream.error());
  return promise<std::string>(
      info.Env(), [&](auto answer) { engine_->output(*id, *stream, std::move(answer)); },
      // A copy: Electron allows no memory of ours under a Buffer.
      [](Napi::Env js, const std::string& bytes) { return Napi::Buffer<char>::Copy(js, bytes.data(), bytes.size()); });
}

Napi::Value NativeEngine::remove(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<std::monostate>(
      info.Env(), [&](auto answer) { engine_->remove(*id, std::move(answer)); },
      [](Napi::Env js, std::monostate) { return js.Undefined(); });
}

Napi::Value NativeEngine::clean_up(const Napi::CallbackInfo& info) {
  return promise<std::size_t>(
      info.Env(), [&](auto answer) { engine_->clean_up(std::move(answer)); },
      [](Napi::Env js, std::size_t gone) { return to_js(js, static_cast<double>(gone)); });
}

Napi::Value NativeEngine::start_cleanup_task(const Napi::CallbackInfo& info) {
  engine_->start_cleanup_task();
  return info.Env().Undefined();
}

Napi::Value NativeEngine::stop_cleanup_task(const Napi::CallbackInfo& info) {
  engine_->stop_cleanup_task();
  return info.Env().Undefined();
}

}  // namespace cloudops::binding
