#pragma once

#include "binding/native_engine.hpp"

#include <memory>
#include <utility>

namespace cloudops::binding {

template <class T, class Ask, class Convert>
Napi::Value NativeEngine::promise(Napi::Env env, Ask ask, Convert convert, bool announces_execution) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  pending_began();
  // `this` is there as long as the outbox hands replies over: it detaches the outbox before it goes.
  ask([this, outbox = outbox_, deferred, convert, announces_execution](Expected<T> answer) {
    auto value = std::make_shared<Expected<T>>(std::move(answer));
    const bool announces = announces_execution && value->has_value();
    outbox->reply({[this, deferred, convert, value](Napi::Env js) {
                     if (value->has_value())
                       deferred.Resolve(convert(js, **value));
                     else
                       deferred.Reject(hooks_->make_error(js, value->error()));
                     pending_ended();
                   },
                   announces});
  });
  return deferred.Promise();
}

}  // namespace cloudops::binding
