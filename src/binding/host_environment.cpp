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

bool HostEnvironment::has_text() const {
  if (addresses_.empty()) return true;
  if (std::memcmp(addresses_.front(), text_.data(), bytes_in_a_row_) != 0) return false;
  const char* at = text_.data() + bytes_in_a_row_;
  for (std::size_t i = entries_in_a_row_; i < addresses_.size(); ++i) {
    const std::size_t size = std::strlen(at) + 1;
    // Not memcmp: the entry may have become shorter, and end where its memory ends.
    if (std::strncmp(addresses_[i], at, size) != 0) return false;
    at += size;
  }
  return true;
}

bool HostEnvironment::is_unchanged() {
  if (!strings_stay) return false;
  if (known_ && has_addresses() && has_text()) return true;
  known_ = false;
  addresses_.clear();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) addresses_.push_back(*entry);
  awaits_reading_ = true;
  return false;
}

void HostEnvironment::remember(Environment read) {
  if (!std::exchange(awaits_reading_, false) || !has_addresses()) return;
  take_text();
  environment_ = std::move(read);
  known_ = true;
}

void HostEnvironment::take_text() {
  text_.clear();
  entries_in_a_row_ = bytes_in_a_row_ = 0;
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const bool follows = entries_in_a_row_ == i && addresses_[i] == addresses_.front() + text_.size();
    text_.append(addresses_[i]).push_back('\0');
    if (!follows) continue;
    entries_in_a_row_ = i + 1;
    bytes_in_a_row_ = text_.size();
  }
}

}  // namespace cloudops::binding
