#pragma once

#include <algorithm>
#include <array>
#include <cerrno>

namespace cloudops {

/// The errors of a system that is short of descriptors or memory, and may have some again in a moment.
inline constexpr std::array shortages{EMFILE, ENFILE, ENOMEM};

inline bool is_shortage(int error) { return std::find(shortages.begin(), shortages.end(), error) != shortages.end(); }

}  // namespace cloudops
