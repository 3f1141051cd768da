#include "binding/native_engine.hpp"

#include <napi.h>

namespace cloudops::binding {
namespace {

/// Grows when lib/ and the addon no longer fit each other.
constexpr double abi = 6;

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("NativeEngine", NativeEngine::define(env));
  exports.Set("abi", Napi::Number::New(env, abi));
  return exports;
}

}  // namespace
}  // namespace cloudops::binding

static Napi::Object init_addon(Napi::Env env, Napi::Object exports) { return cloudops::binding::init(env, exports); }

NODE_API_MODULE(cloudops_execution_engine, init_addon)
