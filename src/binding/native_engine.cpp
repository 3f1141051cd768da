#include "binding/native_engine.hpp"

#include "binding/arguments.hpp"
#include "binding/native_engine_promise.hpp"
#include "binding/to_js.hpp"
#include "binding/to_value.hpp"
#include "core/validate/parse_close_options.hpp"
#include "core/validate/parse_config.hpp"

#include <boost/system/system_error.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace cloudops::binding {
namespace {

Napi::Value nothing(Napi::Env env, std::monostate) { return env.Undefined(); }

}  // namespace

Napi::Function NativeEngine::define(Napi::Env env) {
  return DefineClass(env, "NativeEngine",
                     {
                         InstanceMethod<&NativeEngine::execute>("execute"),
                         InstanceMethod<&NativeEngine::run>("run"),
                         InstanceMethod<&NativeEngine::listening>("listening"),
                         InstanceMethod<&NativeEngine::hold>("hold"),
                         InstanceMethod<&NativeEngine::send_held>("sendHeld"),
                         InstanceMethod<&NativeEngine::withdraw>("withdraw"),
                         InstanceMethod<&NativeEngine::wait>("wait"),
                         InstanceMethod<&NativeEngine::cancel>("cancel"),
                         InstanceMethod<&NativeEngine::write_stdin>("writeStdin"),
                         InstanceMethod<&NativeEngine::close_stdin>("closeStdin"),
                         InstanceMethod<&NativeEngine::acknowledge>("acknowledge"),
                         InstanceMethod<&NativeEngine::drain>("drain"),
                         InstanceMethod<&NativeEngine::close>("close"),
                         InstanceMethod<&NativeEngine::execute_plan>("executePlan"),
                         InstanceMethod<&NativeEngine::wait_for_plan>("waitForPlan"),
                         InstanceMethod<&NativeEngine::plan_result>("getPlanResult"),
                         InstanceMethod<&NativeEngine::status>("getStatus"),
                         InstanceMethod<&NativeEngine::result>("getResult"),
                         InstanceMethod<&NativeEngine::current_result>("currentResult"),
                         InstanceMethod<&NativeEngine::list>("listExecutions"),
                         InstanceMethod<&NativeEngine::stats>("getStats"),
                         InstanceMethod<&NativeEngine::concurrency>("getConcurrencyMetrics"),
                         InstanceMethod<&NativeEngine::read_logs>("readLogs"),
                         InstanceMethod<&NativeEngine::log_path>("getLogPath"),
                         InstanceMethod<&NativeEngine::read_output>("readOutput"),
                         InstanceMethod<&NativeEngine::remove>("removeExecution"),
                         InstanceMethod<&NativeEngine::clean_up>("cleanup"),
                         InstanceMethod<&NativeEngine::start_cleanup_task>("startCleanupTask"),
                         InstanceMethod<&NativeEngine::stop_cleanup_task>("stopCleanupTask"),
                     });
}

NativeEngine::NativeEngine(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeEngine>(info) {
  const Napi::Env env = info.Env();
  hooks_ = std::make_unique<Hooks>(
      info[1].As<Napi::Object>(), [this](const Uuid& id) { engine_->resume_reading(id); },
      [this](const Uuid& id) { execution_ended(id); });
  // The hooks close over the JavaScript engine that owns this object. Kept as its property they are a circle of
  // JavaScript objects that the collector sees through; kept by references of ours they would never be collected.
  info.This().As<Napi::Object>().DefineProperty(Napi::PropertyDescriptor::Value("hooks", info[1]));
  const cloudops::Value raw = to_value(env, info[0], hooks_->keys());
  if (env.IsExceptionPending()) return;
  const std::string temp_dir = system_temp_dir();
  auto config = parse_config(raw, default_log_dir(temp_dir));
  if (!config) {
    napi_throw(env, hooks_->make_error(env, config.error()));
    return;
  }
  config->temp_dir = temp_dir;
  outbox_ = std::make_shared<Outbox>(env, *hooks_);
  if (!outbox_->is_usable()) {
    Error refused;
    refused.code = ErrorCode::io;
    refused.message = "the engine could not be started: Node has no thread-safe function for it";
    napi_throw(env, hooks_->make_error(env, refused));
    return;
  }
  if (const auto refused = start_engine(std::move(*config))) {
    napi_throw(env, hooks_->make_error(env, *refused));
    return;
  }
  // After the outbox, whose function has a hook of its own: hooks run in reverse order, so the engine ends first.
  napi_add_env_cleanup_hook(env, end_with_environment, this);
}

std::optional<Error> NativeEngine::start_engine(Config config) {
  Error error;
  error.code = ErrorCode::io;
  try {
    engine_ = std::make_unique<Engine>(std::move(config), outbox_, real_system(), ChildSignals::dropped_if_unused);
    return std::nullopt;
  } catch (const boost::system::system_error& refused) {  // a descriptor
    error.errno_name = errno_name(refused.code().value());
  } catch (const std::system_error& refused) {  // the thread
    error.errno_name = errno_name(refused.code().value());
  }
  error.message =
      "the engine could not be started: the system is short of descriptors or threads (" + error.errno_name + ")";
  return error;
}

NativeEngine::~NativeEngine() {
  if (!engine_) return;
  napi_remove_env_cleanup_hook(Env(), end_with_environment, this);
  shut_down();
}

void NativeEngine::end_with_environment(void* self) { static_cast<NativeEngine*>(self)->shut_down(); }

void NativeEngine::shut_down() {
  // Kills what runs and joins the engine thread, which never waits for this one; then nothing can be delivered any
  // more.
  engine_.reset();
  outbox_->detach();
}

Napi::Value NativeEngine::rejected(Napi::Env env, Napi::Value reason) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  deferred.Reject(reason);
  return deferred.Promise();
}

Napi::Value NativeEngine::rejected(Napi::Env env, const Error& error) {
  return rejected(env, hooks_->make_error(env, error));
}

void NativeEngine::pending_began() {
  ++pending_;
  update_hold();
}

void NativeEngine::pending_ended() {
  --pending_;
  update_hold();
}

void NativeEngine::execution_began(const Uuid& id) {
  ++running_[id];
  update_hold();
}

void NativeEngine::execution_ended(const Uuid& id) {
  const auto found = running_.find(id);
  if (found != running_.end() && --found->second == 0) running_.erase(found);
  update_hold();
}

void NativeEngine::update_hold() {
  const bool hold = pending_ > 0 || !running_.empty();
  if (hold == std::exchange(holding_, hold)) return;
  outbox_->keep_alive(hold);
  // The object itself too: a running execution reports to it, whether or not a variable still refers to it.
  if (hold)
    Ref();
  else
    Unref();
}

Napi::Value NativeEngine::wait(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return outcome(info.Env(), [&](auto answer) { engine_->wait(*id, std::move(answer)); });
}

Napi::Value NativeEngine::listening(const Napi::CallbackInfo& info) {
  outbox_->listening(info[0].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value NativeEngine::cancel(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<std::monostate>(
      info.Env(), [&](auto answer) { engine_->cancel(*id, std::move(answer)); }, nothing);
}

Napi::Value NativeEngine::write_stdin(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  auto chunk = bytes_argument(info, 1);
  if (!chunk) return rejected(info.Env(), chunk.error());
  return promise<std::monostate>(
      info.Env(), [&](auto answer) { engine_->write_stdin(*id, std::move(*chunk), std::move(answer)); }, nothing);
}

Napi::Value NativeEngine::close_stdin(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<std::monostate>(
      info.Env(), [&](auto answer) { engine_->close_stdin(*id, std::move(answer)); }, nothing);
}

Napi::Value NativeEngine::acknowledge(const Napi::CallbackInfo& info) {
  if (const auto id = id_argument(info, 0))
    hooks_->acknowledge(*id, static_cast<std::size_t>(info[1].As<Napi::Number>().Int64Value()));
  return info.Env().Undefined();
}

Napi::Value NativeEngine::drain(const Napi::CallbackInfo& info) {
  if (outbox_) outbox_->drain(info.Env());
  return info.Env().Undefined();
}

Napi::Value NativeEngine::close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const cloudops::Value raw = to_value(env, info[0], hooks_->keys());
  if (env.IsExceptionPending()) return {};
  const auto options = parse_close_options(raw);
  if (!options) {
    // Thrown and not rejected with: the caller is to know at once that nothing is being closed.
    napi_throw(env, hooks_->make_error(env, options.error()));
    return {};
  }
  return promise<std::monostate>(
      env, [&](auto answer) { engine_->close(*options, std::move(answer)); },
      [this](Napi::Env js, std::monostate) {
        // It ends right after it has answered; now it is certain that no thread is left.
        engine_->join();
        return js.Undefined();
      });
}

}  // namespace cloudops::binding
