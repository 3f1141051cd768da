#include "binding/read_log_worker.hpp"

#include "binding/to_js.hpp"
#include "core/stream/private_file.hpp"
#include "core/validate/parse_config.hpp"

#include <utility>

namespace cloudops::binding {

Napi::Value ReadLogWorker::read(Napi::Env env, std::string path, MakeError make_error, std::function<void()> settled) {
  auto* worker = new ReadLogWorker(env, std::move(path), std::move(make_error), std::move(settled));
  worker->Queue();
  return worker->deferred_.Promise();
}

ReadLogWorker::ReadLogWorker(Napi::Env env, std::string path, MakeError make_error, std::function<void()> settled)
    : Napi::AsyncWorker(env),
      deferred_(Napi::Promise::Deferred::New(env)),
      path_(std::move(path)),
      make_error_(std::move(make_error)),
      settled_(std::move(settled)) {}

void ReadLogWorker::Execute() { text_ = read_log(path_, static_cast<std::uint64_t>(max_kept_output_bytes)); }

void ReadLogWorker::OnOK() {
  const Napi::HandleScope scope(Env());
  if (text_)
    deferred_.Resolve(to_js(Env(), std::string_view(*text_)));
  else
    deferred_.Reject(make_error_(Env(), text_.error()));
  settled_();
}

}  // namespace cloudops::binding
