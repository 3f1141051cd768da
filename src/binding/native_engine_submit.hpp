#pragma once

#include "binding/native_engine_promise.hpp"
#include "binding/to_js.hpp"

#include <optional>
#include <string>
#include <utility>

namespace cloudops::binding {

template <class Submit, class Began>
Napi::Value NativeEngine::submit(const Napi::CallbackInfo& info, Submit submit, Began began) {
  const Napi::Env env = info.Env();
  auto submitted = submission(info);
  if (!submitted) return rejected(env, env.GetAndClearPendingException().Value());
  std::shared_ptr<SubmitTicket> ticket;
  std::optional<std::uint32_t> number;
  if (info[2].IsNumber()) {
    number = info[2].As<Napi::Number>().Uint32Value();
    ticket = tickets_[*number] = std::make_shared<SubmitTicket>();
  }
  return promise<Uuid>(
      env,
      [&](auto answer) {
        submit(std::move(submitted->what), std::move(submitted->environment), std::move(ticket),
               forget_ticket(number, std::move(answer)));
      },
      [this, began](Napi::Env js, const Uuid& id) {
        execution_began(id);
        began(id);
        return id_to_js(js, id);
      },
      outbox_->expect_announcement());
}

}  // namespace cloudops::binding
