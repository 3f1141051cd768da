#pragma once

#include "core/model/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace cloudops {

/// The errors of a system that is short of descriptors or memory, and may have some again in a moment.
inline constexpr std::array shortages{EMFILE, ENFILE, ENOMEM};

inline bool is_shortage(int error) { return std::find(shortages.begin(), shortages.end(), error) != shortages.end(); }

/// Which of them an error tells of; 0: it tells of something else.
inline int shortage_of(const Error& error) {
  const auto found = std::find_if(shortages.begin(), shortages.end(),
                                  [&error](int shortage) { return error.errno_name == errno_name(shortage); });
  return found == shortages.end() ? 0 : *found;
}

}  // namespace cloudops
