#include "binding/native_engine_submit.hpp"

#include "binding/native_engine_promise.hpp"
#include "binding/to_value.hpp"

#include <string>
#include <utility>

namespace cloudops::binding {

std::optional<NativeEngine::Submission> NativeEngine::submission(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  cloudops::Value what = to_value(env, info[0], hooks_->keys());
  if (env.IsExceptionPending()) return std::nullopt;
  auto environment = host_environment(env, info[1].As<Napi::Boolean>());
  if (!environment) return std::nullopt;
  return Submission{std::move(what), std::move(*environment)};
}

std::optional<Environment> NativeEngine::host_environment(Napi::Env env, bool is_the_systems) {
  if (is_the_systems && host_environment_.is_unchanged()) return host_environment_.remembered();
  const auto block = hooks_->environment(env);
  if (!block) return std::nullopt;
  auto environment = Environment::from_block(*block);
  host_environment_.remember(environment);
  return environment;
}

Napi::Value NativeEngine::execute(const Napi::CallbackInfo& info) {
  return submit(
      info, [this](auto&&... arguments) { engine_->submit(std::forward<decltype(arguments)>(arguments)...); },
      // It was submitted under a signal, which lib/ watches until its end.
      [this, watched = info[2].IsNumber()](const Uuid& id) {
        if (watched) hooks_->watch_end(id);
      });
}

Napi::Value NativeEngine::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto submitted = submission(info);
  if (!submitted) return rejected(env, env.GetAndClearPendingException().Value());
  return outcome(env, [&](auto answer) {
    engine_->run(std::move(submitted->what), std::move(submitted->environment), std::move(answer));
  });
}

std::function<void(Expected<Uuid>)> NativeEngine::forget_ticket(std::optional<std::uint32_t> number,
                                                                std::function<void(Expected<Uuid>)> answer) {
  if (!number) return answer;
  return [this, number = *number, outbox = outbox_, answer = std::move(answer)](Expected<Uuid> id) {
    answer(std::move(id));
    outbox->reply([this, number](Napi::Env) { tickets_.erase(number); });
  };
}

Napi::Value NativeEngine::hold(const Napi::CallbackInfo& info) {
  engine_->hold();
  return info.Env().Undefined();
}

Napi::Value NativeEngine::send_held(const Napi::CallbackInfo& info) {
  engine_->send_held();
  return info.Env().Undefined();
}

Napi::Value NativeEngine::withdraw(const Napi::CallbackInfo& info) {
  const auto found = tickets_.find(info[0].As<Napi::Number>().Uint32Value());
  const bool withdrawn = found != tickets_.end() && found->second->withdraw();
  return Napi::Boolean::New(info.Env(), withdrawn);
}

}  // namespace cloudops::binding
