#pragma once

#include "core/model/environment.hpp"

#include <string>
#include <vector>

namespace cloudops::binding {

/// The process's own environment, parsed once and kept for as long as it is what it was: reading some forty variables
/// through process.env and taking them apart costs more than all else that a start does on the JavaScript thread.
///
/// JavaScript thread of the main environment only. What is new is always read by JavaScript, under Node's own lock.
/// Here only the addresses in `environ` are compared with those of that moment, and then the text behind them: a worker
/// that shares the environment may be changing it, and glibc never frees a string that setenv made. With other C
/// libraries nothing is kept.
class HostEnvironment {
 public:
  /// Whether remembered() is still the environment. If not, takes down what remember() will belong to.
  bool is_unchanged();
  /// What JavaScript read after is_unchanged() said no.
  void remember(Environment read);
  /// Empty when there is none.
  const Environment& remembered() const { return environment_; }

 private:
  bool has_addresses() const;
  bool has_text() const;
  void take_text();

  /// `environ` as it was, without its end.
  std::vector<const char*> addresses_;
  /// All that stood there.
  std::string text_;
  /// The first entries, as many as lie one behind the other: as a rule all that the process began with.
  std::size_t entries_in_a_row_ = 0;
  std::size_t bytes_in_a_row_ = 0;
  Environment environment_;
  bool awaits_reading_ = false;
  bool known_ = false;
};

}  // namespace cloudops::binding
