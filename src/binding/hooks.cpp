#include "binding/hooks.hpp"

#include "binding/to_js.hpp"
#include "core/stream/delivery_credit.hpp"

#include <algorithm>
#include <utility>

namespace cloudops::binding {
namespace {

Napi::FunctionReference function_of(const Napi::Object& hooks, const char* name) {
  return Napi::Weak(hooks.Get(name).As<Napi::Function>());
}

/// For a few lines a string costs more than searching for their ends.
constexpr std::size_t worth_telling = 16;

/// Each position as a UTF-16 unit; undefined when lib/ has to search. A string, because the collector is quicker with
/// strings than with typed arrays.
Napi::Value newlines_to_js(Napi::Env env, const OutputChunk& chunk) {
  const auto& newlines = chunk.newlines;
  if (newlines.size() < worth_telling) return env.Undefined();
  const std::u16string units(newlines.begin(), newlines.end());
  return Napi::String::New(env, units);
}

}  // namespace

Hooks::Hooks(const Napi::Object& hooks, IdCallback resume, IdCallback ended)
    : started_(function_of(hooks, "started")),
      output_(function_of(hooks, "output")),
      finished_(function_of(hooks, "finished")),
      progress_(function_of(hooks, "progress")),
      warning_(function_of(hooks, "warning")),
      drain_later_(function_of(hooks, "drainLater")),
      error_(function_of(hooks, "error")),
      result_(function_of(hooks, "result")),
      object_(function_of(hooks, "object")),
      array_(function_of(hooks, "array")),
      keys_(function_of(hooks, "keys")),
      environment_(function_of(hooks, "environment")),
      resume_(std::move(resume)),
      ended_(std::move(ended)) {}

napi_value Hooks::call(Napi::Env env, const Napi::FunctionReference& function,
                       std::initializer_list<napi_value> arguments) {
  const Napi::Function callee = function.Value();
  if (callee.IsEmpty()) return nullptr;
  napi_value result = nullptr;
  const napi_status status =
      napi_call_function(env, env.Undefined(), callee, arguments.size(), arguments.begin(), &result);
  if (status == napi_ok) return result;
  // lib/ catches what listeners throw. What arrives here is an environment that is being torn down, or a bug of lib/,
  // which must not stop the other records.
  if (env.IsExceptionPending()) {
    napi_value exception = nullptr;
    napi_get_and_clear_last_exception(env, &exception);
    napi_fatal_exception(env, exception);
  }
  return nullptr;
}

void Hooks::operator()(Napi::Env env, const StartedEvent& event) {
  if (!listening_) return;
  call(env, started_,
       {id_to_js(env, event.execution_id), to_js(env, std::string_view(event.command)),
        ascii_to_js(env, to_rfc3339(event.timestamp))});
}

void Hooks::operator()(Napi::Env env, const OutputChunk& chunk) {
  const std::size_t cost = chunk.cost();
  if (!listening_) {
    if (chunk.credit->release(cost)) resume_(chunk.execution_id);
    return;
  }
  napi_value consumed = call(env, output_,
                             {id_to_js(env, chunk.execution_id), ascii_to_js(env, to_string(chunk.stream)),
                              chunk.ascii ? ascii_to_js(env, chunk.text) : to_js(env, std::string_view(chunk.text)),
                              to_js(env, chunk.first_seq), to_js(env, static_cast<double>(chunk.line_count)),
                              to_js(env, chunk.partial), ascii_to_js(env, to_rfc3339(chunk.timestamp)),
                              to_js(env, static_cast<double>(cost)), newlines_to_js(env, chunk)});
  bool done = true;
  if (consumed != nullptr) napi_get_value_bool(env, consumed, &done);
  if (done) {
    if (chunk.credit->release(cost)) resume_(chunk.execution_id);
    return;
  }
  auto& held = held_[chunk.execution_id];
  held.credit = chunk.credit;
  held.bytes += cost;
}

void Hooks::acknowledge(const Uuid& id, std::size_t bytes) {
  const auto found = held_.find(id);
  if (found == held_.end()) return;
  auto& held = found->second;
  const std::size_t released = std::min(bytes, held.bytes);
  held.bytes -= released;
  if (held.credit->release(released)) resume_(id);
  if (held.bytes == 0) held_.erase(found);
}

void Hooks::operator()(Napi::Env env, const FinishedEvent& event) {
  const bool watched = watched_ends_.erase(event.result->id) > 0;
  if (listening_ || watched) {
    current_result_ = event.result;
    call(env, finished_,
         {id_to_js(env, event.result->id), ascii_to_js(env, to_string(event.result->status)),
          ascii_to_js(env, to_rfc3339(event.timestamp))});
    current_result_.reset();
  }
  // There is no child left to hold back, and the id may be given to another execution.
  held_.erase(event.result->id);
  ended_(event.result->id);
}

void Hooks::operator()(Napi::Env env, const ProgressEvent& event) {
  if (!listening_) return;
  call(env, progress_,
       {id_to_js(env, event.plan_id), to_js(env, event.completed), to_js(env, event.total),
        to_js(realm(env), event.current_command), ascii_to_js(env, to_rfc3339(event.timestamp))});
}

void Hooks::warn(Napi::Env env, const std::string& sentence) {
  call(env, warning_, {to_js(env, std::string_view(sentence))});
}

bool Hooks::drain_later(Napi::Env env) { return call(env, drain_later_, {}) != nullptr; }

std::optional<std::string> Hooks::environment(Napi::Env env) {
  // Not by call(): what process.env throws is its caller's.
  const Napi::Value block = environment_.Call(env.Undefined(), {});
  if (block.IsEmpty() || !block.IsString()) return std::nullopt;
  return block.As<Napi::String>().Utf8Value();
}

Napi::Value Hooks::make_error(Napi::Env env, const Error& error, const ResultPtr& with_result) {
  const Realm here = realm(env);
  auto info = here.object();
  visit_fields(error, JsFields(here, info));
  if (with_result) info.Set("result", result(env, with_result));
  napi_value made = call(env, error_, {info});
  return made == nullptr ? env.Undefined() : Napi::Value(env, made);
}

Napi::Value Hooks::result(Napi::Env env, const ResultPtr& result) {
  if (converted_ != result) {
    const Napi::Value object = result_to_js(realm(env), result, result_.Value());
    if (object.IsEmpty()) return env.Undefined();
    converted_object_ = Napi::Reference<Napi::Value>::New(object, 1);
    converted_ = result;
  }
  return converted_object_.Value();
}

void Hooks::end_of_turn() {
  converted_.reset();
  converted_object_.Reset();
}

}  // namespace cloudops::binding
