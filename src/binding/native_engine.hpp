#pragma once

#include "binding/hooks.hpp"
#include "binding/host_environment.hpp"
#include "binding/outbox.hpp"
#include "core/engine.hpp"

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace cloudops::binding {

/// An engine as a JavaScript object: converts and forwards, decides nothing.
///
/// JavaScript thread. Owns the engine; while something runs or a promise is open it keeps the process alive and is
/// itself not collected. Ends with the garbage collector or with its environment, whichever comes first; both kill what
/// runs.
class NativeEngine final : public Napi::ObjectWrap<NativeEngine> {
 public:
  static Napi::Function define(Napi::Env env);
  /// (config, hooks)
  explicit NativeEngine(const Napi::CallbackInfo& info);
  ~NativeEngine() override;

 private:
  // native_engine_submit.cpp: what is to run
  Napi::Value execute(const Napi::CallbackInfo& info);
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value hold(const Napi::CallbackInfo& info);
  Napi::Value send_held(const Napi::CallbackInfo& info);
  Napi::Value withdraw(const Napi::CallbackInfo& info);

  // native_engine.cpp: what runs
  Napi::Value listening(const Napi::CallbackInfo& info);
  Napi::Value wait(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value write_stdin(const Napi::CallbackInfo& info);
  Napi::Value close_stdin(const Napi::CallbackInfo& info);
  Napi::Value acknowledge(const Napi::CallbackInfo& info);
  Napi::Value drain(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  // native_engine_plans.cpp
  Napi::Value execute_plan(const Napi::CallbackInfo& info);
  Napi::Value wait_for_plan(const Napi::CallbackInfo& info);
  Napi::Value plan_result(const Napi::CallbackInfo& info);

  // native_engine_queries.cpp: what is known
  Napi::Value status(const Napi::CallbackInfo& info);
  Napi::Value result(const Napi::CallbackInfo& info);
  Napi::Value current_result(const Napi::CallbackInfo& info);
  Napi::Value list(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);
  Napi::Value concurrency(const Napi::CallbackInfo& info);
  Napi::Value read_logs(const Napi::CallbackInfo& info);
  Napi::Value log_path(const Napi::CallbackInfo& info);
  Napi::Value read_output(const Napi::CallbackInfo& info);
  Napi::Value remove(const Napi::CallbackInfo& info);
  Napi::Value clean_up(const Napi::CallbackInfo& info);
  Napi::Value start_cleanup_task(const Napi::CallbackInfo& info);
  Napi::Value stop_cleanup_task(const Napi::CallbackInfo& info);

  /// A promise for what `ask` asks of the engine: `ask(callback)`, where the callback takes an Expected<T>; the value
  /// is made into the promise's by `convert(env, value)`. `batch`: it is the id of what was submitted. Defined in
  /// native_engine_promise.hpp.
  template <class T, class Ask, class Convert>
  Napi::Value promise(Napi::Env env, Ask ask, Convert convert, std::optional<Outbox::Batch> batch = {});
  Napi::Value rejected(Napi::Env env, Napi::Value reason);
  Napi::Value rejected(Napi::Env env, const Error& error);

  /// IO when the system has no descriptor or thread for an engine.
  std::optional<Error> start_engine(Config config);
  /// `answer`, after which the ticket of that number is of no more use.
  std::function<void(Expected<Uuid>)> forget_ticket(std::optional<std::uint32_t> number,
                                                    std::function<void(Expected<Uuid>)> answer);

  /// A promise for the outcome that `ask(callback)` asks the engine for.
  template <class Ask>
  Napi::Value outcome(Napi::Env env, Ask ask);

  struct Submission {
    cloudops::Value what;
    Environment environment;
  };
  /// Of (what, whether process.env is the system's environment). Absent with an exception pending.
  std::optional<Submission> submission(const Napi::CallbackInfo& info);
  /// The remembered one, where it is the system's and unchanged.
  std::optional<Environment> host_environment(Napi::Env env, bool is_the_systems);

  /// What execute and executePlan have in common; `submit` hands (value, environment, ticket, answer) to the engine,
  /// and `began` is called with the id.
  template <class Submit, class Began>
  Napi::Value submit(const Napi::CallbackInfo& info, Submit submit, Began began);

  void pending_began();
  void pending_ended();
  void execution_began(const Uuid& id);
  void execution_ended(const Uuid& id);
  void update_hold();
  void shut_down();
  static void end_with_environment(void* self);

  std::unique_ptr<Hooks> hooks_;
  std::shared_ptr<Outbox> outbox_;
  std::unique_ptr<Engine> engine_;
  HostEnvironment host_environment_;
  std::unordered_map<std::uint32_t, std::shared_ptr<SubmitTicket>> tickets_;
  /// How often an id is in use: the end of one use may be told after the next has begun.
  std::unordered_map<Uuid, unsigned, UuidHash> running_;
  std::size_t pending_ = 0;
  bool holding_ = false;
};

}  // namespace cloudops::binding
