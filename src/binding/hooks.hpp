#pragma once

#include "binding/to_js.hpp"
#include "core/event_sink.hpp"
#include "core/model/error.hpp"

#include <napi.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace cloudops::binding {

/// The functions of lib/ that the engine calls: one per kind of event, and the makers of objects.
///
/// JavaScript thread only. Refers to them weakly: the JavaScript object of the engine keeps them. Also keeps the credit
/// of chunks that an iterator has not consumed yet and whose execution has not ended.
class Hooks {
 public:
  using IdCallback = std::function<void(const Uuid&)>;
  /// `resume` is called with the id of an execution whose consumer has caught up, `ended` after its terminal event.
  Hooks(const Napi::Object& hooks, IdCallback resume, IdCallback ended);

  /// Whether anybody would see an event: they are not even shown to lib/ otherwise.
  void listening(bool anybody) { listening_ = anybody; }
  /// lib/ itself is to hear of this execution's end, whoever listens.
  void watch_end(const Uuid& id) { watched_ends_.insert(id); }

  void operator()(Napi::Env env, const StartedEvent& event);
  void operator()(Napi::Env env, const OutputChunk& chunk);
  void operator()(Napi::Env env, const FinishedEvent& event);
  void operator()(Napi::Env env, const ProgressEvent& event);

  Realm realm(Napi::Env env) const { return {env, object_, array_}; }
  void warn(Napi::Env env, const std::string& sentence);
  /// Asks for another call of NativeEngine's drain in the next turn of the event loop. false: not to be had.
  bool drain_later(Napi::Env env);

  /// Object.keys, for to_value.
  napi_value keys() const { return keys_.Value(); }
  /// All of process.env, as Environment::from_block takes it; absent with an exception pending.
  std::optional<std::string> environment(Napi::Env env);
  /// An Error object of lib's classes. `result`: empty when there is none.
  Napi::Value make_error(Napi::Env env, const Error& error, const ResultPtr& result = nullptr);

  /// The JavaScript object of a result; the same one for the same result until end_of_turn().
  Napi::Value result(Napi::Env env, const ResultPtr& result);
  /// The result of the event that is being handed over; nullptr outside of `finished`.
  const ResultPtr& current_result() const { return current_result_; }

  /// An iterator consumed so much of what `output` left with it.
  void acknowledge(const Uuid& id, std::size_t bytes);

  void end_of_turn();

 private:
  struct HeldCredit {
    std::shared_ptr<DeliveryCredit> credit;
    std::size_t bytes = 0;
  };
  napi_value call(Napi::Env env, const Napi::FunctionReference& function, std::initializer_list<napi_value> arguments);

  Napi::FunctionReference started_;
  Napi::FunctionReference output_;
  Napi::FunctionReference finished_;
  Napi::FunctionReference progress_;
  Napi::FunctionReference warning_;
  Napi::FunctionReference drain_later_;
  Napi::FunctionReference error_;
  Napi::FunctionReference result_;
  Napi::FunctionReference object_;
  Napi::FunctionReference array_;
  Napi::FunctionReference keys_;
  Napi::FunctionReference environment_;
  IdCallback resume_;
  IdCallback ended_;
  bool listening_ = false;
  std::unordered_set<Uuid, UuidHash> watched_ends_;
  std::unordered_map<Uuid, HeldCredit, UuidHash> held_;
  ResultPtr current_result_;
  ResultPtr converted_;
  Napi::Reference<Napi::Value> converted_object_;
};

}  // namespace cloudops::binding
