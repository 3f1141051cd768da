#pragma once

#include <string>

namespace cloudops {

/// "SIGTERM"; "SIG42" for one that has no name (real-time signals).
std::string signal_name(int signal);

}  // namespace cloudops
