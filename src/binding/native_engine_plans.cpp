#include "binding/arguments.hpp"
#include "binding/native_engine.hpp"
#include "binding/native_engine_submit.hpp"

#include <utility>

namespace cloudops::binding {
namespace {

Napi::Value plan_to_js(Napi::Env env, Hooks& hooks, const PlanExecutionResult& plan) {
  const Realm realm = hooks.realm(env);
  auto object = realm.object();
  const JsFields add(realm, object);
  visit_fields(
      plan,
      [&](std::string_view name, const std::vector<ResultPtr>& results) {
        auto array = realm.array(results.size());
        for (std::size_t i = 0; i < results.size(); ++i) {
          const Napi::HandleScope scope(env);
          array.Set(static_cast<std::uint32_t>(i), hooks.result(env, results[i]));
        }
        object.Set(std::string(name), array);
      },
      add);
  return object;
}

}  // namespace

Napi::Value NativeEngine::execute_plan(const Napi::CallbackInfo& info) {
  return submit(
      info, [this](auto&&... arguments) { engine_->submit_plan(std::forward<decltype(arguments)>(arguments)...); },
      // A plan has no terminal event; its result is what ends the hold on the process.
      [this](const Uuid& id) {
        engine_->wait_plan(id, [this, outbox = outbox_, id](const Expected<PlanResultPtr>&) {
          outbox->reply([this, id](Napi::Env) { execution_ended(id); });
        });
      });
}

Napi::Value NativeEngine::wait_for_plan(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<PlanResultPtr>(
      info.Env(), [&](auto answer) { engine_->wait_plan(*id, std::move(answer)); },
      [this](Napi::Env js, const PlanResultPtr& plan) { return plan_to_js(js, *hooks_, *plan); });
}

Napi::Value NativeEngine::plan_result(const Napi::CallbackInfo& info) {
  const auto id = id_argument(info, 0);
  if (!id) return rejected(info.Env(), id.error());
  return promise<PlanResultPtr>(
      info.Env(), [&](auto answer) { engine_->plan_result(*id, std::move(answer)); },
      [this](Napi::Env js, const PlanResultPtr& plan) { return plan_to_js(js, *hooks_, *plan); });
}

}  // namespace cloudops::binding
