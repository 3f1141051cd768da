#pragma once

#include "binding/native_engine.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace cloudops::binding {

template <class T, class Ask, class Convert>
Napi::Value NativeEngine::promise(Napi::Env env, Ask ask, Convert convert, std::optional<Outbox::Batch> batch) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  pending_began();
  // `this` is there as long as the outbox hands replies over: it detaches the outbox before it goes.
  ask([this, outbox = outbox_, deferred, convert, batch](Expected<T> answer) {
    auto value = std::make_shared<Expected<T>>(std::move(answer));
    Reply settle = [this, deferred, convert, value](Napi::Env js) {
      if (value->has_value())
        deferred.Resolve(convert(js, **value));
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

}  // namespace cloudops::binding
