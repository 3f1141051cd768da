#include "core/model/config.hpp"

#include <filesystem>

namespace cloudops {

std::string default_log_dir() {
  std::error_code failed;
  auto temp = std::filesystem::temp_directory_path(failed);
  if (failed) temp = "/tmp";
  return (temp / "cloudops-executions").string();
}

}  // namespace cloudops
