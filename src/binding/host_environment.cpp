#include "binding/host_environment.hpp"

#include <unistd.h>

#include <cstring>
#include <utility>

namespace cloudops::binding {
namespace {

#ifdef __GLIBC__
constexpr bool strings_stay = true;
#else
constexpr bool strings_stay = false;
#endif

}  // namespace

bool HostEnvironment::has_addresses() const {
  if (environ == nullptr) return false;
  for (std::size_t i = 0; i < addresses_.size(); ++i)
    if (environ[i] != addresses_[i]) return false;
  return environ[addresses_.size()] == nullptr;
}

bool HostEnvironment::is_unchanged() {
  if (!strings_stay) return false;
  if (known_ && has_addresses()) {
    const char* at = text_.data();
    bool same = true;
    for (const char* entry : addresses_) {
      const std::size_t size = std::strlen(at) + 1;
      // Not memcmp: the entry may have become shorter.
      same = same && std::strncmp(entry, at, size) == 0;
      at += size;
    }
    if (same) return true;
  }
  known_ = false;
  addresses_.clear();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) addresses_.push_back(*entry);
  awaits_reading_ = true;
  return false;
}

void HostEnvironment::remember(Environment read) {
  if (!std::exchange(awaits_reading_, false) || !has_addresses()) return;
  text_ = text();
  environment_ = std::move(read);
  known_ = true;
}

std::string HostEnvironment::text() const {
  std::string all;
  for (const char* entry : addresses_) all.append(entry).push_back('\0');
  return all;
}

}  // namespace cloudops::binding
