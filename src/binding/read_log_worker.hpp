#pragma once

#include "core/model/error.hpp"

#include <napi.h>

#include <functional>
#include <string>

namespace cloudops::binding {

/// Reads a log on a thread of Node's pool: the disk may be slow, and neither JavaScript nor the engine waits for it.
class ReadLogWorker final : public Napi::AsyncWorker {
 public:
  using MakeError = std::function<Napi::Value(Napi::Env, Error)>;
  /// A promise of the file's text. It owns itself and goes when it has settled; `settled` is called then, unless the
  /// environment has ended.
  static Napi::Value read(Napi::Env env, std::string path, MakeError make_error, std::function<void()> settled);

 private:
  ReadLogWorker(Napi::Env env, std::string path, MakeError make_error, std::function<void()> settled);
  void Execute() override;
  void OnOK() override;

  Napi::Promise::Deferred deferred_;
  const std::string path_;
  MakeError make_error_;
  std::function<void()> settled_;
  Expected<std::string> text_{std::string()};
};

}  // namespace cloudops::binding
