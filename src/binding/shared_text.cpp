#include "binding/shared_text.hpp"

#include "binding/to_js.hpp"

#include <cstddef>
#include <utility>

// Node 18.18 and 20.4 on; declared here, because the headers have it only among what may still change. Weak: where it
// is missing, it is null.
extern "C" [[gnu::weak]] napi_status node_api_create_external_string_latin1(napi_env env, char* text,
                                                                            std::size_t length, napi_finalize release,
                                                                            void* hint, napi_value* result,
                                                                            bool* copied);

namespace cloudops::binding {
namespace {

/// Below this a copy is cheaper than what the collector has to do for a string that lies elsewhere.
constexpr std::size_t worth_sharing = 32 * 1024;

using Owner = std::shared_ptr<const void>;

/// Called by the collector, or at once if the text was copied after all: no call into JavaScript is possible.
void release_owner(napi_env, void*, void* owner) { delete static_cast<Owner*>(owner); }

}  // namespace

Napi::Value shared_ascii_to_js(Napi::Env env, std::string_view text, std::shared_ptr<const void> owner) {
  if (text.size() < worth_sharing || node_api_create_external_string_latin1 == nullptr) return ascii_to_js(env, text);
  auto held = std::make_unique<Owner>(std::move(owner));
  napi_value string = nullptr;
  bool copied = false;
  // Not written to: JavaScript's strings do not change.
  char* const bytes = const_cast<char*>(text.data());
  if (node_api_create_external_string_latin1(env, bytes, text.size(), release_owner, held.get(), &string, &copied) !=
      napi_ok)
    return ascii_to_js(env, text);
  held.release();
  return {env, string};
}

}  // namespace cloudops::binding
