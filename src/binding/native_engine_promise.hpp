#pragma once

#include "binding/native_engine.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace cloudops::binding {

/// A value that could not be made (a text that is too long for V8) has left an exception.
inline void settle_with(const Napi::Promise::Deferred& deferred, Napi::Value value) {
  Napi::Env env = deferred.Env();
  if (env.IsExceptionPending())
    deferred.Reject(env.GetAndClearPendingException().Value());
  else
    deferred.Resolve(value);
}

template <class T, class Ask, class Convert>
Napi::Value NativeEngine::promise(Napi::Env env, Ask ask, Convert convert, std::optional<Outbox::Batch> batch) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  pending_began();
  // `this` is there as long as the outbox hands replies over: it detaches the outbox before it goes.
  ask([this, outbox = outbox_, deferred, convert, batch](Expected<T> answer) {
    auto value = std::make_shared<Expected<T>>(std::move(answer));
    Reply settle = [this, deferred, convert, value](Napi::Env js) {
      if (value->has_value())
        settle_with(deferred, convert(js, **value));
      else
        deferred.Reject(hooks_->make_error(js, value->error()));
      pending_ended();
    };
    if (batch)
      outbox->announce(*batch, value->has_value(), std::move(settle));
    else
      outbox->reply(std::move(settle));
  });
  return deferred.Promise();
}

template <class Ask>
Napi::Value NativeEngine::outcome(Napi::Env env, Ask ask) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  pending_began();
  ask([this, outbox = outbox_, deferred](Expected<Outcome> answer) {
    outbox->reply([this, deferred, answer = std::move(answer)](Napi::Env js) {
      if (!answer)
        deferred.Reject(hooks_->make_error(js, answer.error()));
      else if (answer->error)
        deferred.Reject(hooks_->make_error(js, *answer->error, answer->result));
      else
        settle_with(deferred, hooks_->result(js, answer->result));
      pending_ended();
    });
  });
  return deferred.Promise();
}

}  // namespace cloudops::binding
